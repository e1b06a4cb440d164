/** A shard, and how far it came. */
export interface ReshardCursor {
  readonly shardId: number;
  readonly sessionId: string;
  readonly seq: number;
}

/** Shards of one shard count: those of the gateway process that tells of them. */
export interface ReshardSide {
  readonly shardCount: number;
  readonly shards: readonly ReshardCursor[];
}

/** The bot was resharded: everything of the old shards has come and was acknowledged, what comes now is of the new ones. */
export interface ReshardNotice {
  /** First new shard of the gateway process. */
  readonly shardId: number;
  readonly shardCount: number;
  readonly offset: number;
  /** Everything up to these cursors came from the old shards. */
  readonly from: ReshardSide;
  /** What came after these comes from the new ones. */
  readonly to: ReshardSide;
  /** Wall-clock milliseconds of the cut. */
  readonly at: number;
}

/** Reads a reshard as it came over the network; undefined when it is none. */
export function readReshard(value: unknown): ReshardNotice | undefined {
  if (!isRecord(value)) return undefined;
  const { shardId, shardCount, offset, at } = value;
  const from = readGeneration(value['from']);
  const to = readGeneration(value['to']);
  if (from === undefined || to === undefined) return undefined;
  if (!isNumber(shardId) || !isNumber(shardCount) || !isNumber(offset) || !isNumber(at)) return undefined;
  return { shardId, shardCount, offset, from, to, at };
}

function readGeneration(value: unknown): ReshardSide | undefined {
  if (!isRecord(value) || !isNumber(value['shardCount']) || !Array.isArray(value['shards'])) return undefined;
  const shards = value['shards'].flatMap((shard: unknown): ReshardCursor[] => {
    if (!isRecord(shard)) return [];
    const { shardId, sessionId, seq } = shard;
    return isNumber(shardId) && typeof sessionId === 'string' && isNumber(seq) ? [{ shardId, sessionId, seq }] : [];
  });
  return shards.length === value['shards'].length ? { shardCount: value['shardCount'], shards } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

import { GUILD_NAME_LENGTH } from './discord-limits.ts';
import { LINE_LENGTH, MAX_CAUSES, MAX_LINES } from './defaults.ts';
import { plainText } from './plain-text.ts';
import type { StatusEvent, StatusKind } from './status-event.ts';

/** Everything of one kind in one batch. */
export interface KindEntry {
  readonly kind: StatusKind;
  /** Wall-clock milliseconds of the first. */
  readonly firstAt: number;
  /** Events, also those that are only counted. */
  count: number;
  readonly shardIds: Set<number>;
  /** Shards by cause. */
  readonly causes: Map<string, Set<number>>;
  readonly lines: string[];
}

/** What was told and not posted yet; its kinds in the order in which each was first told. */
export type Batch = Map<StatusKind, KindEntry>;

const OTHER_CAUSES = 'other causes';

/** Adds an event. The batch is bounded by the number of shards, {@link MAX_CAUSES} and {@link MAX_LINES}. */
export function addToBatch(batch: Batch, event: StatusEvent, wallTime: number): void {
  let entry = batch.get(event.kind);
  if (entry === undefined) {
    entry = { kind: event.kind, firstAt: wallTime, count: 0, shardIds: new Set(), causes: new Map(), lines: [] };
    batch.set(event.kind, entry);
  }
  entry.count += 1;
  switch (event.kind) {
    case 'connected':
    case 'ready':
    case 'resumed':
    case 'stopped':
      entry.shardIds.add(event.shardId);
      break;
    case 'disconnected':
    case 'failed':
    case 'gap':
      entry.shardIds.add(event.shardId);
      addCause(entry, event.cause, event.shardId);
      break;
    case 'incident':
    case 'resharded':
    case 'reshardRolledBack':
      addLine(entry, plainText(event.text, LINE_LENGTH));
      break;
    case 'guildJoin':
    case 'guildLeave':
      addLine(entry, `${plainText(event.name ?? 'Unknown', GUILD_NAME_LENGTH)} (${plainText(event.guildId, 20)})`);
      break;
  }
}

/** How many events are in a batch. */
export function batchSize(batch: Batch): number {
  return [...batch.values()].reduce((sum, { count }) => sum + count, 0);
}

function addCause(entry: KindEntry, cause: string, shardId: number): void {
  const text = plainText(cause, LINE_LENGTH);
  const key = entry.causes.has(text) || entry.causes.size < MAX_CAUSES ? text : OTHER_CAUSES;
  const shards = entry.causes.get(key) ?? new Set();
  entry.causes.set(key, shards.add(shardId));
}

function addLine(entry: KindEntry, line: string): void {
  if (entry.lines.length < MAX_LINES) entry.lines.push(line);
}

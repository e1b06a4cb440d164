import type { Batch, DeliveryEvent, DeliveryRecord, ShardGeneration } from '@shardgate/delivery';
import { eventBatchMessage } from './event-batch.ts';

/** What a consumer says, as the loader of the `.proto` file gives it: exactly one member is there. */
export interface ConsumerMessage {
  readonly hello?: { readonly name: string; readonly events: readonly string[]; readonly cursors: readonly Cursor[] };
  readonly ack?: { readonly shard: number; readonly shardCount: number; readonly offset: number };
  readonly bye?: object;
}

export interface Cursor {
  readonly shard: number;
  readonly shardCount: number;
  readonly session: string;
  readonly seq: number;
}

/** What a consumer is told: an object for the generic encoder, or bytes that are encoded already. */
export type GatewayMessage = Buffer | Readonly<Record<string, object>>;

/** The messages of what a consumer wants of a batch, and the offset of the last record in them; -1 for none. */
export function batchMessages(
  { records, attempt }: Batch,
  wants: (record: DeliveryRecord) => boolean,
): { readonly messages: readonly GatewayMessage[]; readonly lastSent: number } {
  const messages: GatewayMessage[] = [];
  let run: DeliveryEvent[] = [];
  let lastSent = -1;
  const flush = (): void => {
    if (run.length > 0) messages.push(eventBatchMessage(run, attempt));
    run = [];
  };
  for (const record of records) {
    if (!wants(record)) continue;
    lastSent = record.offset;
    if (record.kind === 'event') {
      if (run[0] !== undefined && run[0].sessionId !== record.sessionId) flush();
      run.push(record);
    } else {
      flush();
      messages.push(noticeMessage(record));
    }
  }
  flush();
  return { messages, lastSent };
}

function noticeMessage(record: Exclude<DeliveryRecord, DeliveryEvent>): GatewayMessage {
  const { shardId: shard, shardCount, offset } = record;
  if (record.kind === 'gap') {
    const { sessionId: session, afterSeq, nextSeq, cause, count, detectedAt } = record;
    return {
      gap: {
        shard,
        shardCount,
        offset,
        session,
        cause,
        detectedAt,
        ...(afterSeq === null ? {} : { afterSeq }),
        ...(nextSeq === null ? {} : { nextSeq }),
        ...(count === null ? {} : { count }),
      },
    };
  }
  const { from, to, at } = record;
  return { reshard: { shard, shardCount, offset, from: cursors(from), to: cursors(to), at } };
}

function cursors({ shardCount, shards }: ShardGeneration): Cursor[] {
  return shards.map(({ shardId, sessionId, seq }) => ({ shard: shardId, shardCount, session: sessionId, seq }));
}

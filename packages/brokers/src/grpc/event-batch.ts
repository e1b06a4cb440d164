import { eventData } from '@shardgate/delivery';
import type { DeliveryEvent } from '@shardgate/delivery';
import { bytesSize, numberSize, writeBytes, writeHead, writeNumber, writeText } from './protobuf-writer.ts';

/** Tags of proto/shardgate/v1/events.proto. */
const BATCH_IN_MESSAGE = 2;
const BATCH = { shard: 1, shardCount: 2, session: 3, attempt: 4, events: 5 } as const;
const EVENT = { offset: 1, seq: 2, t: 3, data: 4, receivedAt: 5, guildId: 6, guildEvent: 7, old: 8 } as const;

/** An event with what is read of it once. */
interface Part {
  readonly event: DeliveryEvent;
  readonly data: Buffer;
  readonly tLength: number;
  /** Bytes of its message. */
  readonly size: number;
}

/**
 * A `GatewayMessage` with an `EventBatch`, written by hand: the payloads are copied once and nothing is parsed.
 *
 * @param events one or more, of one lane and one session
 */
export function eventBatchMessage(events: readonly DeliveryEvent[], attempt: number): Buffer {
  const { shardId = 0, shardCount = 0, sessionId = '' } = events[0] ?? {};
  const parts = events.map(measured);
  const sessionLength = Buffer.byteLength(sessionId);
  let size = numberSize(shardId) + numberSize(shardCount) + bytesSize(sessionLength) + numberSize(attempt);
  for (const part of parts) size += bytesSize(part.size);
  const buffer = Buffer.allocUnsafe(bytesSize(size));
  let end = writeHead(buffer, 0, BATCH_IN_MESSAGE, size);
  end = writeNumber(buffer, end, BATCH.shard, shardId);
  end = writeNumber(buffer, end, BATCH.shardCount, shardCount);
  end = writeText(buffer, end, BATCH.session, sessionId, sessionLength);
  end = writeNumber(buffer, end, BATCH.attempt, attempt);
  for (const part of parts) end = writeEvent(buffer, writeHead(buffer, end, BATCH.events, part.size), part);
  return buffer;
}

function measured(event: DeliveryEvent): Part {
  const { offset, seq, t, receivedAt, guildId, guildEvent, old } = event;
  const data = eventData(event);
  const tLength = Buffer.byteLength(t);
  const size =
    numberSize(offset) +
    (seq === null ? 0 : numberSize(seq)) +
    bytesSize(tLength) +
    bytesSize(data.length) +
    numberSize(receivedAt) +
    (guildId === undefined ? 0 : bytesSize(Buffer.byteLength(guildId))) +
    (guildEvent === undefined ? 0 : bytesSize(guildEvent.length)) +
    (old === undefined ? 0 : bytesSize(old.length));
  return { event, data, tLength, size };
}

function writeEvent(into: Buffer, at: number, { event, data, tLength }: Part): number {
  const { offset, seq, t, receivedAt, guildId, guildEvent, old } = event;
  let end = writeNumber(into, at, EVENT.offset, offset);
  if (seq !== null) end = writeNumber(into, end, EVENT.seq, seq);
  end = writeText(into, end, EVENT.t, t, tLength);
  end = writeBytes(into, end, EVENT.data, data);
  end = writeNumber(into, end, EVENT.receivedAt, receivedAt);
  if (guildId !== undefined) end = writeText(into, end, EVENT.guildId, guildId, Buffer.byteLength(guildId));
  if (guildEvent !== undefined) end = writeText(into, end, EVENT.guildEvent, guildEvent, guildEvent.length);
  if (old !== undefined) end = writeBytes(into, end, EVENT.old, old);
  return end;
}

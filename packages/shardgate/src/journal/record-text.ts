import { eventId, type DeliveryGap, type DeliveryRecord } from '@shardgate/delivery';

const LINE_FEED = 10;

/** A record as one line of JSON, an event with its payload as Discord sent it. */
export function recordJson(record: DeliveryRecord): string {
  if (record.kind === 'gap') return JSON.stringify(record);
  const { bytes, ...rest } = record;
  const text = bytes.toString();
  // JSON may be written over several lines; ours must not be.
  const payload = bytes.includes(LINE_FEED) ? JSON.stringify(JSON.parse(text)) : text;
  const head = JSON.stringify({ ...rest, id: eventId(record) ?? null });
  return `${head.slice(0, -1)},"payload":${payload}}`;
}

/** A record as a line for people. */
export function recordLine(record: DeliveryRecord): string {
  const { shardId, shardCount, offset } = record;
  const [at, what] =
    record.kind === 'gap'
      ? [record.detectedAt, gapText(record)]
      : [record.receivedAt, `seq ${String(record.seq ?? '-').padEnd(8)} ${record.t}`];
  return `${timeText(at)}  ${`${shardId}/${shardCount}`.padEnd(7)} offset ${offset}  ${what}`;
}

/** What is missing, and why. */
export function gapText({ count, cause, afterSeq, nextSeq }: DeliveryGap): string {
  const where = `after seq ${afterSeq ?? '?'}${nextSeq === null ? '' : `, before ${nextSeq}`}`;
  return `GAP: ${count ?? 'an unknown number of'} events ${where} (${cause})`;
}

export function timeText(wallTime: number): string {
  return new Date(wallTime).toISOString();
}

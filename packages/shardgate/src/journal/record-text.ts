import { eventId, type DeliveryGap, type DeliveryRecord, type DeliveryReshard } from '@shardgate/delivery';

const LINE_FEED = 10;

/** A record as one line of JSON, an event with its payload as Discord sent it. */
export function recordJson(record: DeliveryRecord): string {
  if (record.kind !== 'event') return JSON.stringify(record);
  const { bytes, old, ...rest } = record;
  const head = JSON.stringify({ ...rest, id: eventId(record) ?? null });
  const before = old === undefined ? '' : `,"old":${onOneLine(old)}`;
  return `${head.slice(0, -1)},"payload":${onOneLine(bytes)}${before}}`;
}

/** JSON may be written over several lines; ours must not be. */
function onOneLine(json: Buffer): string {
  const text = json.toString();
  return json.includes(LINE_FEED) ? JSON.stringify(JSON.parse(text)) : text;
}

/** A record as a line for people. */
export function recordLine(record: DeliveryRecord): string {
  const { shardId, shardCount, offset } = record;
  const [at, what] = timeAndText(record);
  return `${timeText(at)}  ${`${shardId}/${shardCount}`.padEnd(7)} offset ${offset}  ${what}`;
}

function timeAndText(record: DeliveryRecord): readonly [wallTime: number, text: string] {
  if (record.kind === 'gap') return [record.detectedAt, gapText(record)];
  if (record.kind === 'reshard') return [record.at, reshardText(record)];
  return [record.receivedAt, `seq ${String(record.seq ?? '-').padEnd(8)} ${record.t}`];
}

function reshardText({ from, to }: DeliveryReshard): string {
  return `RESHARD: from ${from.shardCount} to ${to.shardCount} shards`;
}

/** What is missing, and why. */
export function gapText({ count, cause, afterSeq, nextSeq }: DeliveryGap): string {
  const where = `after seq ${afterSeq ?? '?'}${nextSeq === null ? '' : `, before ${nextSeq}`}`;
  return `GAP: ${count ?? 'an unknown number of'} events ${where} (${cause})`;
}

export function timeText(wallTime: number): string {
  return new Date(wallTime).toISOString();
}

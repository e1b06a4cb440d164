import type { DeliveryRecord } from '@shardgate/delivery';

/** How far a lane's records have come in the broker, kept there together with them. */
export interface LaneProgress {
  /** Offset of the last record. */
  readonly offset: number;
  /** The life of the sink that wrote it: offsets of another life may have been counted differently. */
  readonly writer: string;
  /** Session and number of the last numbered event; empty and null before the first one. */
  readonly sessionId: string;
  readonly seq: number | null;
}

/** Where the lane stands once these records are in too; as before without any. */
export function progressAfter(
  records: readonly DeliveryRecord[],
  writer: string,
  before: LaneProgress | undefined,
): LaneProgress | undefined {
  const last = records.at(-1);
  if (last === undefined) return before;
  // Mostly the last one.
  const numbered = records.findLast((record) => record.kind === 'event' && record.seq !== null);
  const reached = numbered === undefined ? before : progressWith(numbered, writer, before);
  return reached?.offset === last.offset ? reached : progressWith(last, writer, reached);
}

/** Where the lane stands once this record is in too. */
function progressWith(record: DeliveryRecord, writer: string, before: LaneProgress | undefined): LaneProgress {
  const numbered = record.kind === 'event' && record.seq !== null;
  return {
    offset: record.offset,
    writer,
    sessionId: numbered ? record.sessionId : (before?.sessionId ?? ''),
    seq: numbered ? record.seq : (before?.seq ?? null),
  };
}

/**
 * The records that are not there yet. Within one life of the sink the offset tells; of what an earlier life wrote only Discord's own
 * numbers do, as its offsets may come from a clock that was put back.
 */
export function recordsAfter(
  progress: LaneProgress | undefined,
  records: readonly DeliveryRecord[],
  writer: string,
): readonly DeliveryRecord[] {
  if (progress === undefined) return records;
  if (progress.writer === writer) return records.filter(({ offset }) => offset > progress.offset);
  const { sessionId, seq } = progress;
  if (seq === null) return records;
  return records.filter(
    (record) => record.kind !== 'event' || record.seq === null || record.sessionId !== sessionId || record.seq > seq,
  );
}

/** Events that a broker had confirmed and no longer knows of. */
export interface LostStretch {
  /** What it still has; undefined when it has nothing of the lane. */
  readonly after: LaneProgress | undefined;
  /** The last thing it had confirmed. */
  readonly through: LaneProgress;
  /** Records between the two, those that the sink does not pass on included; null when unknown. */
  readonly count: number | null;
}

/** What was lost, given what was confirmed to this life of the sink and what is found after a new connection. */
export function lostStretch(
  confirmed: LaneProgress | undefined,
  found: LaneProgress | undefined,
): LostStretch | undefined {
  if (confirmed === undefined || found?.offset === confirmed.offset) return undefined;
  const isOwn = found?.writer === confirmed.writer;
  if (isOwn && found.offset > confirmed.offset) return undefined;
  return { after: found, through: confirmed, count: isOwn ? confirmed.offset - found.offset : null };
}

/** The stretch as the facts of a gap, in the words of other gaps. */
export function lostGap(
  { after, through, count }: LostStretch,
  { shardId, shardCount }: { readonly shardId: number; readonly shardCount: number },
  detectedAt: number,
): Readonly<Record<string, unknown>> {
  return {
    shardId,
    shardCount,
    offset: through.offset,
    sessionId: through.sessionId,
    afterSeq: after !== undefined && after.sessionId === through.sessionId ? after.seq : null,
    nextSeq: through.seq === null ? null : through.seq + 1,
    cause: 'brokerLost',
    count,
    detectedAt,
  };
}

/** `<offset> <writer> <seq or -> <sessionId>`. */
export function writeProgress({ offset, writer, seq, sessionId }: LaneProgress): string {
  return `${offset} ${writer} ${seq ?? '-'} ${sessionId}`;
}

/** Undefined for anything that {@link writeProgress} did not write. */
export function readProgress(text: unknown): LaneProgress | undefined {
  const parts = typeof text === 'string' ? /^(\d+) (\S+) (\d+|-) (.*)$/s.exec(text) : null;
  if (parts === null) return undefined;
  const [, offset, writer = '', seq = '-', sessionId = ''] = parts;
  return { offset: Number(offset), writer, seq: seq === '-' ? null : Number(seq), sessionId };
}

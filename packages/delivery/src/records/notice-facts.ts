import type { DeliveryGap, DeliveryNotice, DeliveryReshard } from '../delivery-record.ts';

/** What is told beside events, as a member of an object: `"gap":{…}` or `"reshard":{…}`. */
export function noticeMember(notice: DeliveryNotice): string {
  return `"${notice.kind}":${JSON.stringify(noticeFacts(notice))}`;
}

/** What consumers are told of a gap or a reshard. */
export function noticeFacts(notice: DeliveryNotice): object {
  return notice.kind === 'gap' ? gapFacts(notice) : reshardFacts(notice);
}

function gapFacts(gap: DeliveryGap): Omit<DeliveryGap, 'kind'> {
  const { shardId, shardCount, offset, sessionId, afterSeq, nextSeq, cause, count, detectedAt } = gap;
  return { shardId, shardCount, offset, sessionId, afterSeq, nextSeq, cause, count, detectedAt };
}

function reshardFacts(reshard: DeliveryReshard): Omit<DeliveryReshard, 'kind' | 'sessionId'> {
  const { shardId, shardCount, offset, from, to, at } = reshard;
  return { shardId, shardCount, offset, from, to, at };
}

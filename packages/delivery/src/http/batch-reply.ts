import { inspect } from 'node:util';
import type { DeliveryRecord } from '../delivery-record.ts';

/**
 * Up to which offset a 2xx answer acknowledges: all, unless its body is `{"acknowledged":<offset>}`.
 *
 * @throws {Error} when that is no offset of these records, or the last one acknowledged before them: nothing was taken then
 */
export function acknowledgedIn(body: Buffer | undefined, records: readonly DeliveryRecord[]): number {
  const last = records.at(-1)?.offset ?? 0;
  const named = readAcknowledged(body);
  if (named === undefined) return last;
  const record = records.find(({ offset }) => offset === named);
  if (record === undefined)
    throw new Error(
      `the consumer acknowledged ${inspect(named, { depth: 0, maxStringLength: 40 })}, which is no offset of the batch up to ${last}`,
    );
  return record.offset;
}

function readAcknowledged(body: Buffer | undefined): unknown {
  // As most answers are; an error made and caught for each would show in a profile.
  if (body === undefined || body.length === 0) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && 'acknowledged' in value ? value.acknowledged : undefined;
  } catch {
    // Any other answer, `ok` included, says yes to all.
    return undefined;
  }
}

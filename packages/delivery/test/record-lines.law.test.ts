import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventId } from '../src/delivery-record.ts';
import type { DeliveryEvent, DeliveryGap, DeliveryRecord } from '../src/delivery-record.ts';
import { recordLines } from '../src/records/record-lines.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const number = fc.oneof(fc.nat(), fc.maxSafeNat());
const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
/** As Discord writes it, and over several lines, as others may. */
const payload = fc
  .tuple(
    fc.record({ t: text, s: number, op: fc.constant(0), d: fc.jsonValue({ maxDepth: 2 }) }),
    fc.constantFrom(undefined, '\n', ' \r'),
  )
  .map(([value, indent]) =>
    Buffer.from(JSON.stringify(value, null, indent).replaceAll('\n', indent === undefined ? '' : '\r\n')),
  );

const event: fc.Arbitrary<DeliveryEvent> = fc
  .record({
    shardId: fc.nat(3),
    shardCount: fc.constantFrom(4, 1_000),
    offset: number,
    sessionId: fc.oneof(fc.constantFrom('session', 'other'), text),
    seq: fc.option(number),
    t: text,
    receivedAt: number,
    bytes: payload,
    guildId: optional(fc.oneof(fc.constantFrom('81384788765712384'), text)),
    guildEvent: optional(fc.constantFrom<NonNullable<DeliveryEvent['guildEvent']>>('join', 'outage')),
    old: optional(payload),
  })
  .map(({ guildId, ...rest }) => ({ kind: 'event', ...rest, ...(guildId === undefined ? {} : { guildId }) }));

const gap: fc.Arbitrary<DeliveryGap> = fc.record({
  kind: fc.constant('gap'),
  shardId: fc.nat(3),
  shardCount: fc.constant(4),
  offset: number,
  sessionId: text,
  afterSeq: fc.option(number),
  nextSeq: fc.option(number),
  cause: fc.constantFrom('expired', 'journalFull'),
  count: fc.option(number),
  detectedAt: number,
});

function expected(record: DeliveryRecord, withOld: boolean): object {
  if (record.kind !== 'event') {
    const { kind, ...facts } = record;
    return { [kind]: facts };
  }
  const { shardId, shardCount, sessionId, seq, offset, receivedAt, guildId, guildEvent, bytes, old } = record;
  const id = eventId(record);
  return {
    ...(id === undefined ? {} : { id }),
    ...{ shardId, shardCount, sessionId, seq, offset, receivedAt },
    ...(guildId === undefined ? {} : { guildId }),
    ...(guildEvent === undefined ? {} : { guildEvent }),
    data: JSON.parse(bytes.toString()) as unknown,
    ...(withOld && old !== undefined ? { old: JSON.parse(old.toString()) as unknown } : {}),
  };
}

test('each record is one line that says what the record says', () => {
  const records = fc.array(fc.oneof({ weight: 6, arbitrary: event }, { weight: 1, arbitrary: gap }), { maxLength: 8 });
  const law = fc.property(records, fc.boolean(), fc.constantFrom('', '"at":7,'), (list, old, before) => {
    const lines = recordLines(list, { old, before }).toString().split('\n');
    expect(lines.pop()).toBe('');
    const facts = before === '' ? {} : { at: 7 };
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      list.map((record) => ({ ...facts, ...expected(record, old) })),
    );
  });
  fc.assert(law, { numRuns: 2_000 });
});

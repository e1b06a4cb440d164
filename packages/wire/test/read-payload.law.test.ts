import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPayload, WireError } from '../src/index.ts';
import { FUZZ_RUNS, fuzzTimeout, LAW_RUNS } from './fuzz-runs.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const space = fc.constantFrom('', '', '', '', '', ' ', '\n', '\t \r\n');
const awkwardText = fc.constantFrom(
  '"t":"X"',
  '{"op":1',
  '}}',
  '\\',
  'é',
  '𝕏',
  '\u2028',
  '\ud800',
  '\u0000',
  ',"s":9,',
  ']',
);
const jsonText = fc.oneof(
  fc.json({ maxDepth: 3 }),
  awkwardText.map((text) => JSON.stringify({ content: text, t: text })),
  awkwardText.map((text) => JSON.stringify([text, { d: { op: 3 } }])),
  fc.constantFrom('{}', '[]', '{"a":{}}', '{"t":"N","s":1,"op":2,"d":{}}', '{"__proto__":{"op":5}}', '"\\u0041\\/"'),
);
const number = fc.constantFrom(
  '0',
  '1',
  '7',
  '10',
  '43',
  '-0',
  '-1',
  '1.5',
  '1e2',
  '1E+2',
  '20e-1',
  '1e400',
  '9007199254740991',
  '9007199254740993',
  '123456789012345',
);
const name = fc.constantFrom(
  '"READY"',
  '"MESSAGE_CREATE"',
  '"\\u0052EADY"',
  '"É"',
  '""',
  'null',
  'null',
  '5',
  `"${'N'.repeat(70)}"`,
);
const member = fc.oneof(
  fc.tuple(fc.constantFrom('"t"', '"t"', '"\\u0074"'), name),
  fc.tuple(fc.constantFrom('"s"', '"s"', '"\\u0073"'), fc.oneof(number, jsonText)),
  fc.tuple(
    fc.constantFrom('"op"', '"op"', '"\\u006fp"', '"o\\u0070"', '"\\u006F\\u0070"'),
    fc.oneof({ arbitrary: number, weight: 6 }, { arbitrary: jsonText, weight: 1 }),
  ),
  fc.tuple(fc.constantFrom('"d"', '"d"', '"\\u0064"'), jsonText),
  fc.tuple(fc.constantFrom('"x"', '"__proto__"', '""', '"opp"', '"\\"t\\""', '"tt"'), jsonText),
);
const discordOrder: fc.Arbitrary<[string, string][]> = fc
  .tuple(name, number, fc.constantFrom('0', '0', '0', '10'), jsonText)
  .map(([t, s, op, d]) => [
    ['"t"', t],
    ['"s"', s],
    ['"op"', op],
    ['"d"', d],
  ]);
/** Discord's four members, some of them moved, repeated or joined by others; or any members at all. */
const memberList = fc.oneof(
  fc.tuple(discordOrder, fc.array(member, { maxLength: 3 })).map(([first, more]) => [...first, ...more]),
  fc
    .tuple(discordOrder, fc.array(member, { maxLength: 2 }))
    .chain(([first, more]) => fc.shuffledSubarray([...first, ...more], { minLength: 3 })),
  fc.array(member, { maxLength: 7 }),
);
const written: fc.Arbitrary<string> = fc
  .tuple(memberList, fc.oneof(fc.constant(['']), fc.array(space, { minLength: 1, maxLength: 5 })))
  .map(([list, gaps]) => {
    let at = 0;
    const gap = (): string => gaps[at++ % gaps.length] ?? '';
    const body = list.map(([key, value]) => `${gap()}${key}${gap()}:${gap()}${value}${gap()}`).join(',');
    return `${gap()}{${body}}${gap()}`;
  });

/** What the contract makes of a text, by way of JSON.parse; undefined when the text must be refused. */
function expected(text: string): { op: number; s: number | null; t: string | null; d: unknown } | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(root)) return undefined;
  const own = (key: string): unknown => (Object.hasOwn(root, key) ? root[key] : undefined);
  const op = own('op');
  const s = own('s');
  const t = own('t') ?? null;
  if (typeof op !== 'number' || !Number.isSafeInteger(op) || op < 0 || (t !== null && typeof t !== 'string'))
    return undefined;
  const sequence = op === 0 && typeof s === 'number' && Number.isSafeInteger(s) && s >= 0 ? s + 0 : null;
  return { op: op + 0, s: sequence, t, d: own('d') };
}

/** What readPayload makes of it. */
function actual(text: string): { op: number; s: number | null; t: string | null; d: unknown } | undefined {
  try {
    const { op, s, t, d } = readPayload(Buffer.from(text));
    return { op, s, t, d };
  } catch (error) {
    if (error instanceof WireError && error.code === 'malformedPayload') return undefined;
    throw error;
  }
}

/**
 * The documented exception: a text that starts and ends like a dispatch of Discord's, but whose header is contradicted
 * behind the data. Reading its data may fail; it may never give anything else than JSON.parse gives.
 */
function contradictsItself(text: string): boolean {
  const front = /^\{"t":"([^"\\]*)","s":(\d+),"op":0,"d":\{.*\}\}$/s.exec(text);
  const exact = expected(text);
  return (
    front !== null && (exact === undefined || exact.op !== 0 || exact.t !== front[1] || exact.s !== Number(front[2]))
  );
}

function expectAgreement(text: string): void {
  const payload = actual(text);
  if (payload === undefined && contradictsItself(text)) return;
  expect(payload).toStrictEqual(expected(text));
}

it(
  `readPayload agrees with JSON.parse on ${FUZZ_RUNS} messages of every layout`,
  () => {
    let accepted = 0;
    let dispatchLike = 0;
    fc.assert(
      fc.property(written, (text) => {
        if (expected(text) !== undefined) accepted++;
        if (text.startsWith('{"t":"') && text.endsWith('}}')) dispatchLike++;
        expectAgreement(text);
      }),
      { numRuns: FUZZ_RUNS },
    );
    // The law says something only if both kinds of messages come up often.
    expect(accepted).toBeGreaterThan(FUZZ_RUNS / 4);
    expect(dispatchLike).toBeGreaterThan(FUZZ_RUNS / 20);
  },
  fuzzTimeout(FUZZ_RUNS),
);

it(
  `readPayload agrees with JSON.parse on ${FUZZ_RUNS} damaged messages`,
  () => {
    const damage = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 3 }),
      insert: fc.constantFrom('', '"', '\\', '{', '}', ']', ',', ':', '0', '-', ' ', 't', '\u0001'),
    });
    fc.assert(
      fc.property(written, damage, (text, { at, remove, insert }) => {
        const position = at % (text.length + 1);
        const damaged = text.slice(0, position) + insert + text.slice(position + remove);
        // Cutting a surrogate pair leaves what UTF-8 cannot hold: compare what the bytes say.
        expectAgreement(Buffer.from(damaged).toString());
      }),
      { numRuns: FUZZ_RUNS },
    );
  },
  fuzzTimeout(FUZZ_RUNS),
);

it(
  'readPayload answers any bytes with a payload or a WireError',
  () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        for (const bytes of [
          Buffer.from(noise),
          Buffer.concat([Buffer.from('{"t":"X","s":1,"op":0,"d":{'), noise, Buffer.from('}}')]),
        ]) {
          try {
            expect(readPayload(bytes).d).toBeTypeOf('object');
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
      { numRuns: LAW_RUNS },
    );
  },
  fuzzTimeout(FUZZ_RUNS),
);

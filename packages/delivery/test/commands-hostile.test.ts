import { assertClean } from '@shardgate/simulator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../src/commands/command-error.ts';
import { parseCommand } from '../src/commands/parse-command.ts';
import { ALICE, BERTHA, codeOf, createCommandBed } from './commands-bed.ts';
import type { CommandBed } from './commands-bed.ts';

const CANARY = 'canary-nobody-may-see';
const CODES = 'invalid forbidden foreignShard notReady tooLarge expired queueFull rateLimited timeout closed'.split(
  ' ',
);

const deep = (levels: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { d: value };
  return value;
};
const cyclic: Record<string, unknown> = { type: 'status' };
cyclic['self'] = cyclic;

/** Things that nobody should send. */
const HOSTILE: readonly unknown[] = [
  ...[
    undefined,
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 53 + 2,
    Number.NaN,
    Infinity,
    '',
    CANARY,
    '0',
    '-5',
    '1e3',
    '٣',
    '9'.repeat(20),
  ],
  ...[5n, Symbol('s'), () => 1, new Date(0), new Map([['a', 1]]), /x/, Buffer.from('x'), new Proxy({}, {}), [], {}],
  ...[deep(9), deep(20_000), 'x'.repeat(1_000_000), Array.from({ length: 100_000 }, () => '1'), cyclic],
  ...[
    { op: 1, d: null },
    { op: 2, d: { token: CANARY } },
    { op: 6, d: {} },
    { op: 3, d: null },
    { op: '8', d: {} },
  ],
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  Object.defineProperty({}, 'type', {
    enumerable: true,
    get: () => {
      throw new Error(CANARY);
    },
  }),
  new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error(CANARY);
      },
    },
  ),
  { toJSON: () => ({ type: 'status' }) },
];

function templates(guildId: string): Record<string, unknown>[] {
  const online = { since: null, activities: [{ name: 'chess', type: 4, state: 'e4' }], status: 'online', afk: false };
  const voice = { guild_id: guildId, channel_id: guildId, self_mute: false, self_deaf: false };
  const raw = (op: number, d: unknown) => ({ type: 'shardPayload', shardId: 0, data: { op, d } });
  return [
    raw(3, online),
    raw(4, voice),
    raw(8, { guild_id: guildId, query: '', limit: 0, presences: true, nonce: 'n' }),
    raw(8, { guild_id: guildId, user_ids: [guildId] }),
    raw(31, { guild_ids: [guildId] }),
    raw(43, { guild_id: guildId, fields: ['status', 'voice_start_time'] }),
    { type: 'presence', data: online, expiresAfterMs: 1_000 },
    { type: 'voiceState', guildId, channelId: null, selfMute: true, selfDeaf: true },
    { type: 'requestMembers', guildId, query: 'otter', limit: 5, presences: true },
    { type: 'requestMembers', guildId, userIds: [guildId] },
    { type: 'requestSoundboard', guildIds: [guildId] },
    { type: 'requestChannelInfo', guildId, fields: ['status'] },
    { type: 'reconnect', shardId: 0 },
    { type: 'status' },
    { type: 'shardOf', guildId },
    { type: 'SHARD_PAYLOAD', shardId: 0, data: { op: 4, d: voice } },
    { type: 'ShardPayload', shardId: 0, payload: { op: 4, d: voice } },
    { type: 'EditShardsPresence', payload: online },
    { type: 'ShardInfoFromGuild', guildId },
    { type: 'GET_SHARD_INFO' },
  ];
}

/** Every place in a value, as the way to it. */
function places(value: unknown, way: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([name, inner]) => places(inner, [...way, name]))];
}

function replaceAt(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((inner, index) => (String(index) === name ? replaceAt(inner, rest, by) : inner));
  return { ...(value as object), [name]: replaceAt(Reflect.get(value as object, name), rest, by) };
}

/** A command with something wrong in one place, or with a member too many. */
function spoilt(guildId: string): fc.Arbitrary<unknown> {
  const poison = fc.oneof(fc.constantFrom(...HOSTILE), fc.anything({ withBigInt: true, withSparseArray: true }));
  return fc
    .record({
      template: fc.constantFrom(...templates(guildId)),
      at: fc.nat(),
      poison,
      extra: fc.constantFrom(undefined, 'token', 'nonce', '__proto__', 'op', 'hasOwnProperty', CANARY),
    })
    .map(({ template, at, poison: by, extra }) => {
      if (extra !== undefined) return Object.fromEntries([...Object.entries(template), [extra, by]]);
      const ways = places(template);
      return replaceAt(template, ways[at % ways.length] ?? [], by);
    });
}

/** Runs them all, and moves on until the last is settled. */
async function outcomes(bed: CommandBed, commands: readonly unknown[]): Promise<unknown[]> {
  const chunks = (): void => undefined;
  const all = commands.map((command, index) =>
    bed.intake.execute(index % 2 === 0 ? ALICE : BERTHA, command, chunks).catch((error: unknown) => error),
  );
  await bed.advance(700_000);
  return Promise.all(all);
}

describe('F4 commands from anybody', () => {
  it('reject with nothing but a CommandError, send nothing but allowed ops, and disturb no heartbeat', async () => {
    const bed = await createCommandBed({}, { roles: ({ id }) => (id === 'a' ? ['admin'] : ['commands']) });
    let fulfilled = 0;
    const property = fc.asyncProperty(
      fc.array(fc.oneof(spoilt(bed.guild()), fc.anything()), { maxLength: 40 }),
      async (commands) => {
        for (const outcome of await outcomes(bed, commands)) {
          if (!(outcome instanceof Error)) {
            fulfilled += 1;
            continue;
          }
          expect(outcome).toBeInstanceOf(CommandError);
          expect(CODES).toContain(codeOf(outcome));
          expect(outcome.message.length).toBeLessThan(500);
          expect(JSON.stringify(outcome)).not.toContain(CANARY);
        }
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      },
    );
    await fc.assert(property, { numRuns: 300 });
    expect(fulfilled).toBeGreaterThan(0);
    expect(bed.intake.status()).toEqual({ queued: 0, memberRequests: 0 });
    // Discord, which closes on a wrong shape, an op that is not for bots and the 121st payload, has seen nothing wrong.
    assertClean(bed.simulator);
    const sessions = bed.simulator.ledger.activity({ kind: 'identify' });
    expect(sessions).toHaveLength(1);
    const ends = bed.simulator.ledger.activity({ kind: 'close' });
    expect(ends.filter((end) => end.kind === 'close' && end.by === 'server')).toEqual([]);
    // One each 41.25 seconds, whatever else went on.
    const beats = bed.simulator.ledger.activity({ kind: 'heartbeat' }).length;
    expect(beats).toBeGreaterThan(bed.clock.now() / 41_251 - 5);
    expect(new Set(bed.sent.map(({ op }) => op))).toSatisfy((ops: Set<number>) =>
      [...ops].every((op) => [1, 2, 6, 3, 4, 8, 31, 43].includes(op)),
    );
    expect(bed.sent.filter(({ op }) => op === 2)).toHaveLength(1);
    await bed.end();
  }, 120_000);

  it.each(HOSTILE.map((value, index) => [index, value] as const))('C10 hostile value %i is no command', (_, value) => {
    expect(() => parseCommand(value)).toThrow(CommandError);
    expect(() => parseCommand({ type: 'requestMembers', guildId: value })).toThrow(CommandError);
  });

  it('C10 a member __proto__ and too many levels are refused as such', () => {
    expect(() => parseCommand(JSON.parse('{"type":"status","__proto__":{}}'))).toThrow(
      'must not have a member __proto__',
    );
    expect(() => parseCommand(deep(9))).toThrow('must not nest deeper than 8 levels');
  });

  it('every template is a command, so that the fuzz begins with good ones', () => {
    for (const template of templates('1180000000000000100')) expect(parseCommand(template)).toMatchObject({});
  });

  it.each([1, 2, 5, 6, 7, 9, 10, 11, 14, 0, -3, 3.5, '3', null])('C10 op %s never goes to Discord', async (op) => {
    const bed = await createCommandBed();
    for (const type of ['shardPayload', 'SHARD_PAYLOAD']) {
      const command = { type, shardId: 0, data: { op, d: { token: CANARY } } };
      expect(codeOf(await bed.outcome(bed.intake.execute(ALICE, command)))).toBe('invalid');
    }
    expect(bed.sent.filter((payload) => payload.op !== 1)).toHaveLength(1);
    await bed.end();
  });

  it('C10 a payload above 4,096 bytes is refused with its size', async () => {
    const bed = await createCommandBed();
    const activities = Array.from({ length: 10 }, () => ({ name: 'ä'.repeat(128), type: 0, state: 'ö'.repeat(128) }));
    const fits = { type: 'presence', data: { activities: activities.slice(0, 6), status: 'online' } };
    const error = await bed.outcome(bed.intake.execute(ALICE, { ...fits, data: { ...fits.data, activities } }));
    expect(error).toMatchObject({ code: 'tooLarge', message: expect.stringMatching(/has \d{4} bytes/) });
    expect(await bed.outcome(bed.intake.execute(ALICE, fits))).toEqual({ sent: 1, failed: 0 });
    assertClean(bed.simulator);
    await bed.end();
  });

  it('a message names what is wrong and shows no value', () => {
    const message = (command: unknown): string => {
      try {
        parseCommand(command);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message({ type: CANARY })).toBe('command.type: expected the name of a command, such as requestMembers');
    expect(message({ type: 'shardOf', guildId: 1.18e18 })).toMatch(/^command\.guildId: expected an id as a string/);
    expect(message({ type: 'status', token: CANARY })).toBe("command: 'token' is a member that is not known");
    expect(message({ type: 'status', [CANARY]: 1 })).toBe('command: has a member that is not known');
    expect(message({ type: 'shardPayload', shardId: 0, data: { op: 2, d: { token: CANARY } } })).toMatch(
      /op 3, 4, 8, 31 or 43/,
    );
  });
});

import { encodeCommand } from '@shardgate/wire';
import type { GatewayCommand } from '@shardgate/wire';
import { describe, expect, it } from 'vitest';
import { createBed } from './bed.ts';
import { dialInMemory, identify, readyInMemory, WAYS } from './wire-client.ts';

const etf = { encoding: 'etf', compression: 'none' } as const;
/** A command of exactly so many bytes, whose `d` is of the wrong shape. */
const padded = (bytes: number): GatewayCommand => {
  const without = encodeCommand({ op: 1, d: '' }, 'etf').length;
  return { op: 1, d: 'x'.repeat(bytes - without) };
};

const presence = { op: 3, d: { since: 1_700_000_000_000, activities: [], status: 'idle', afk: true } };

describe.each(WAYS)('faults in $encoding with compression $compression', (way) => {
  it.each(['corrupt-next', 'truncate-next'] as const)('%s spoils the next dispatch, whatever it is', (kind) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const bed = createBed({ seed, guilds: 2 });
      const client = readyInMemory(bed, way);
      bed.clock.advance(100);
      bed.simulator.fault({ kind });
      const before = client.payloads.length;
      bed.simulator.emit({ t: seed % 2 === 0 ? 'MESSAGE_CREATE' : 'CHANNEL_UPDATE' });
      bed.simulator.emit({ t: 'GUILD_ROLE_UPDATE' });
      bed.clock.advance(100);
      // zlib waits for the end of what was cut off, and may take a changed byte for another letter.
      if (way.compression === 'zlib-stream' && kind === 'corrupt-next') continue;
      expect([client.failures.length > 0, client.payloads.slice(before).filter(({ s }) => s === 4)]).toEqual([
        true,
        [],
      ]);
    }
  });

  it('garbage, bombs and lag are the same as ever', () => {
    const bed = createBed({ guilds: 1, zlibLevel: 9 });
    const client = readyInMemory(bed, way);
    bed.clock.advance(100);
    bed.simulator.fault({ kind: 'lag', delayMs: 500, forMs: 1_000 });
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 3 });
    bed.clock.advance(400);
    expect(client.payloads.length).toBe(3);
    bed.clock.advance(200);
    expect(client.payloads.length).toBe(6);
    bed.clock.advance(1_000);
    bed.simulator.fault({ kind: 'bomb', bytes: 40_000_000 });
    bed.clock.advance(100);
    expect(client.failures).toMatchObject([{ code: 'messageTooLarge' }]);
    bed.simulator.fault({ kind: 'garbage', base64: 'AAEC' });
    bed.clock.advance(100);
    expect(client.frames.at(-1)).toEqual({ bytes: Buffer.of(0, 1, 2), isBinary: true });
    expect(client.failures.length).toBe(2);
  });

  it('the load goes on in virtual time, and the same seed sends the same bytes', () => {
    const [first, second] = [1, 2].map(() => {
      const bed = createBed({ guilds: 5, eventsPerSecond: 50, seed: 11 });
      const client = readyInMemory(bed, way);
      bed.clock.advance(10_000);
      expect(client.failures).toEqual([]);
      expect(client.payloads.length).toBeGreaterThan(100);
      return Buffer.concat(client.frames.map(({ bytes }) => bytes));
    });
    expect(first?.equals(second as Buffer)).toBe(true);
  });
});

describe('commands in ETF', () => {
  const after: readonly [what: string, command: GatewayCommand, code: number, kind: string][] = [
    ['before IDENTIFY', presence, 4003, 'send-before-ready'],
    ['with an op that is not for clients', { op: 77, d: {} }, 4001, 'invalid-payload'],
    ['of the wrong shape', { op: 6, d: { token: 'secret' } }, 4001, 'invalid-payload'],
    ['of 4,097 bytes', padded(4_097), 4002, 'payload-too-large'],
    ['of 4,096 bytes but the wrong shape', padded(4_096), 4001, 'invalid-payload'],
  ];

  it.each(after)('%s are answered and written down as in JSON', (_what, command, code, kind) => {
    const bed = createBed();
    const client = dialInMemory(bed, etf);
    client.send(command);
    bed.clock.advance(100);
    expect([client.closes, bed.kinds()]).toEqual([[code], [kind]]);
  });

  it.each<[what: string, data: string | Buffer, kind: string]>([
    ['text', '{"op":1,"d":null}', 'undecodable-payload'],
    ['JSON in a binary message', Buffer.from('{"op":1,"d":null}'), 'undecodable-payload'],
    ['atoms as keys', Buffer.from('8374000000026400026f706101640001646400036e696c', 'hex'), 'undecodable-payload'],
    ['no map', Buffer.from('836101', 'hex'), 'undecodable-payload'],
    ['a compressed term', Buffer.from('8350000000026103', 'hex'), 'compressed-client-frame'],
    ['zlib', Buffer.from('789c6b6e040002000100', 'hex'), 'compressed-client-frame'],
  ])('%s is closed with 4002', (_what, data, kind) => {
    const bed = createBed();
    const client = dialInMemory(bed, etf);
    client.sendRaw(data);
    bed.clock.advance(100);
    expect([client.closes, bed.kinds()]).toEqual([[4002], [kind]]);
  });

  it('number 121 in a minute is closed with 4008', () => {
    const bed = createBed();
    const client = dialInMemory(bed, etf);
    for (let sent = 0; sent < 121; sent += 1) client.send({ op: 1, d: null });
    bed.clock.advance(100);
    expect([client.closes, bed.kinds()]).toEqual([[4008], ['send-rate']]);
  });

  it('with ids as integers and times as numbers are done', () => {
    const bed = createBed({ guilds: 1 });
    const client = readyInMemory(bed, etf);
    bed.clock.advance(100);
    client.send(presence);
    client.send({ op: 8, d: { guild_id: BigInt(bed.simulator.guilds.ids()[0] as string), query: 'otter1', limit: 5 } });
    bed.until(() => client.payloads.some(({ t }) => t === 'GUILD_MEMBERS_CHUNK'));
    expect(bed.kinds()).toEqual([]);
  });

  it('never show the token in what is written down', () => {
    const bed = createBed();
    const client = dialInMemory(bed, etf);
    const bytes = encodeCommand(identify({ token: 'secret-token' }), 'etf');
    client.sendRaw(bytes.subarray(0, -1));
    bed.clock.advance(100);
    expect(JSON.stringify([bed.simulator.check(), bed.simulator.ledger.activity()])).not.toContain('secret');
    expect(bed.kinds()).toEqual(['undecodable-payload']);
  });
});

describe('a resume', () => {
  it('in another encoding than the session is refused, and written down', () => {
    const bed = createBed({ guilds: 1 });
    const client = readyInMemory(bed, etf);
    const session = client.payloads[1]?.d as { session_id: string };
    bed.clock.advance(100);
    bed.simulator.fault({ kind: 'drop' });
    const next = dialInMemory(bed, { encoding: 'json', compression: 'none' });
    next.send({ op: 6, d: { token: 'abc', session_id: session.session_id, seq: 2 } });
    bed.until(() => next.payloads.length === 2);
    expect(next.payloads[1]).toMatchObject({ op: 9, d: false });
    expect(bed.kinds()).toContain('wrong-url');
  });
});

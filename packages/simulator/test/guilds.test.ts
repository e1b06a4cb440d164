import { describe, expect, it } from 'vitest';
import { ALL_INTENTS, Intent, shardOf } from '../src/index.ts';
import { BASE_INTENTS, createBed } from './bed.ts';
import type { TestClient } from './bed.ts';

const names = (client: TestClient): string[] => client.dispatches().map(({ t }) => t ?? '');

describe('guilds', () => {
  it('joined ones come to their shard alone, without the key "unavailable"', () => {
    const bed = createBed({ guilds: 4, maxConcurrency: 4 });
    const clients = [0, 1, 2, 3].map((id) => bed.ready({ shard: [id, 4] }));
    bed.clock.advance(100);
    const [id = ''] = bed.simulator.guilds.join();
    bed.clock.advance(100);
    const shard = shardOf(id, 4);
    expect(clients.map((client) => names(client).filter((t) => t === 'GUILD_CREATE').length)).toEqual(
      [0, 1, 2, 3].map((each) => (each === shard ? 2 : 1)),
    );
    const [loaded, joined] = (clients[shard] as TestClient).dispatches().slice(1);
    expect(loaded?.d.unavailable).toBe(false);
    expect(joined?.d).not.toHaveProperty('unavailable');
    expect(joined?.d.id).toBe(id);
  });

  it('left ones come as GUILD_DELETE without "unavailable" and are in no READY any more', () => {
    const bed = createBed({ guilds: 3 });
    const client = bed.ready();
    const [id = ''] = bed.simulator.guilds.ids();
    expect([bed.simulator.guilds.leave(id), bed.simulator.guilds.leave(id)]).toEqual([true, false]);
    bed.until(() => client.dispatch('GUILD_DELETE'));
    expect(client.dispatch('GUILD_DELETE')?.d).toEqual({ id });
    bed.clock.advance(5_000);
    expect(bed.ready().dispatch('READY')?.d.guilds.length).toBe(2);
    expect(bed.simulator.guilds.count()).toBe(2);
  });

  it('down ones come as GUILD_DELETE unavailable, also in the back-fill, and return by GUILD_CREATE', () => {
    const bed = createBed({ guilds: 3 });
    expect(bed.simulator.guilds.outage()).toBe(3);
    const client = bed.ready();
    bed.until(() => client.dispatches().length === 4);
    expect(names(client).slice(1)).toEqual(['GUILD_DELETE', 'GUILD_DELETE', 'GUILD_DELETE']);
    expect(client.dispatches()[1]?.d).toEqual({ id: bed.simulator.guilds.ids()[0], unavailable: true });
    const [first = ''] = bed.simulator.guilds.ids();
    expect(bed.simulator.guilds.recover([first])).toBe(1);
    bed.until(() => client.dispatch('GUILD_CREATE'));
    expect([bed.simulator.guilds.status(first), bed.simulator.guilds.recover()]).toEqual(['available', 2]);
  });

  it('that are unknown are an error', () => {
    const { simulator } = createBed();
    for (const id of ['1', 'x', '']) expect(() => simulator.guilds.leave(id)).toThrow(/there is no guild/);
    expect(() => simulator.guilds.join(-1)).toThrow(RangeError);
  });

  it('changes while a session has no connection are in its replay', () => {
    const bed = createBed({ guilds: 2 });
    const client = bed.ready();
    bed.clock.advance(100);
    client.socket.terminate();
    bed.clock.advance(100);
    const [joined = ''] = bed.simulator.guilds.join();
    const next = bed.resuming(client.dispatch('READY')?.d.session_id, client.seq);
    bed.until(() => next.dispatch('RESUMED'));
    expect(next.dispatches()[0]).toMatchObject({ t: 'GUILD_CREATE', d: { id: joined } });
  });
});

describe('generations', () => {
  it('sessions of several shard counts each get every event of their guilds, with the same content', () => {
    const bed = createBed({ guilds: 30, maxConcurrency: 16 });
    const old = [0, 1, 2].map((id) => bed.ready({ shard: [id, 3] }));
    bed.clock.advance(5_000);
    const fresh = [0, 1, 2, 3, 4].map((id) => bed.ready({ shard: [id, 5] }));
    bed.clock.advance(1_000);
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 200 });
    bed.clock.advance(1_000);
    const contents = (clients: readonly TestClient[]): string[] =>
      clients
        .flatMap((client) =>
          client.dispatches().flatMap(({ t, d }) => (t === 'MESSAGE_CREATE' ? [JSON.stringify(d)] : [])),
        )
        .toSorted();
    expect(contents(old).length).toBe(200);
    expect(contents(fresh)).toEqual(contents(old));
    for (const [clients, count] of [
      [old, 3],
      [fresh, 5],
    ] as const) {
      for (const [id, client] of clients.entries()) {
        for (const { t, d } of client.dispatches())
          if (t === 'MESSAGE_CREATE') expect(shardOf(d.guild_id, count)).toBe(id);
      }
    }
  });
});

describe('events', () => {
  it('of guilds that come and go need GUILDS', () => {
    const bed = createBed({ guilds: 2 });
    const client = bed.ready({ intents: Intent.guildMessages });
    const [id = ''] = bed.simulator.guilds.join();
    bed.simulator.guilds.leave(id);
    bed.simulator.guilds.outage();
    bed.simulator.guilds.recover();
    bed.clock.advance(1_000);
    expect(names(client)).toEqual(['READY']);
  });

  it('outside of guilds go to shard 0', () => {
    const bed = createBed({ maxConcurrency: 2 });
    const clients = [0, 1].map((id) => bed.ready({ shard: [id, 2], intents: ALL_INTENTS }));
    bed.clock.advance(100);
    expect(bed.simulator.emit({ t: 'MESSAGE_CREATE', d: { id: '1', channel_id: '2', content: 'psst' } })).toBe(1);
    expect(bed.simulator.emit({ t: 'ENTITLEMENT_CREATE', d: { id: '1' } })).toBe(1);
    bed.clock.advance(100);
    expect(
      clients.map((client) => names(client).filter((t) => t === 'MESSAGE_CREATE' || t === 'ENTITLEMENT_CREATE').length),
    ).toEqual([2, 0]);
  });

  it('come only to sessions with the intent', () => {
    const bed = createBed({ maxConcurrency: 3 });
    const intents = [Intent.guildPresences, Intent.guildMessages, Intent.directMessages];
    for (const each of intents) {
      bed.ready({ intents: each });
      bed.clock.advance(5_000);
    }
    expect(bed.simulator.emit({ t: 'PRESENCE_UPDATE' })).toBe(1);
    expect(bed.simulator.emit({ t: 'TYPING_START' })).toBe(0);
    expect(bed.simulator.emit({ t: 'INTERACTION_CREATE' })).toBe(3);
    expect(bed.simulator.emit({ t: 'MESSAGE_CREATE', d: { content: 'hi' } })).toBe(1);
  });

  it('given as they are come as they are, any name', () => {
    const bed = createBed({ guilds: 2 });
    const client = bed.ready();
    const d = { guild_id: bed.simulator.guilds.ids()[1], odd: ['\u2028', '"t":"NO"', null] };
    bed.simulator.emit({ t: 'SOMETHING_NEW', d });
    bed.until(() => client.dispatch('SOMETHING_NEW'));
    expect(client.dispatch('SOMETHING_NEW')?.d).toEqual(d);
  });

  it('a link in a message is looked up later', () => {
    const bed = createBed();
    const client = bed.ready();
    bed.simulator.emit({ t: 'MESSAGE_CREATE', unfurlAfterMs: 1_500 });
    bed.clock.advance(1_400);
    expect(client.dispatch('MESSAGE_UPDATE')).toBeUndefined();
    bed.until(() => client.dispatch('MESSAGE_UPDATE'), 200);
    expect(client.dispatch('MESSAGE_UPDATE')?.d).toMatchObject({
      id: client.dispatch('MESSAGE_CREATE')?.d.id,
      edited_timestamp: null,
    });
  });

  it('that are none are refused', () => {
    const { simulator } = createBed();
    const wrong =
      (event: object): (() => unknown) =>
      () =>
        simulator.emit(event as { t: string });
    expect(wrong({ t: 'MESSAGE_CRATE' })).toThrow(/"MESSAGE_CREATE" could/);
    expect(wrong({})).toThrow(/"t" is undefined/);
    expect(wrong({ t: 'A","s":1', d: {} })).toThrow(/expected the name of a dispatch/);
    expect(wrong({ t: 'MESSAGE_CREATE', guildId: '5' })).toThrow(/no guild "5"/);
    expect(wrong({ t: 'MESSAGE_CREATE', d: {}, unfurlAfterMs: 5 })).toThrow(/unfurlAfterMs/);
    expect(wrong({ t: 'MESSAGE_CREATE', n: 5 })).toThrow(/no option "n"/);
  });
});

describe('load', () => {
  it('comes at its rate, to all shards alike, starts with the first session and stops when told', () => {
    const bed = createBed({ guilds: 64, maxConcurrency: 4, eventsPerSecond: 100 });
    bed.clock.advance(1_000);
    const clients = [0, 1, 2, 3].map((id) => bed.ready({ shard: [id, 4], intents: ALL_INTENTS }));
    bed.clock.advance(1_000);
    const before = bed.simulator.ledger.counts().dispatches;
    bed.clock.advance(60_000);
    const dispatched = bed.simulator.ledger.counts().dispatches - before;
    expect(dispatched).toBeGreaterThan(5_980);
    expect(dispatched).toBeLessThan(6_020);
    for (const client of clients) expect(client.dispatches().length).toBeGreaterThan(1_300);
    bed.simulator.configure({ eventsPerSecond: 0 });
    bed.clock.advance(100);
    const stopped = bed.simulator.ledger.counts().dispatches;
    bed.clock.advance(10_000);
    expect(bed.simulator.ledger.counts().dispatches).toBe(stopped);
  });

  it('is in the ledger as the client gets it: number, name and key', () => {
    const bed = createBed({ guilds: 5, eventsPerSecond: 50, hashDispatches: true });
    const client = bed.ready({ intents: BASE_INTENTS });
    bed.clock.advance(5_000);
    bed.simulator.configure({ eventsPerSecond: 0 });
    bed.clock.advance(100);
    const recorded = bed.simulator.ledger.dispatches();
    expect(recorded.map(({ seq, t }) => [seq, t])).toEqual(client.dispatches().map(({ s, t }) => [s, t]));
    const keys = recorded.filter(({ t }) => t.startsWith('MESSAGE')).map(({ t, key }) => `${t} ${key}`);
    expect(keys.length).toBeGreaterThan(100);
    expect(new Set(keys).size).toBe(keys.length);
    expect(recorded.every(({ hash }) => /^[0-9a-f]{16}$/.test(hash ?? ''))).toBe(true);
  });
});

describe('member requests', () => {
  const request = (client: TestClient, d: object): void => client.send({ op: 8, d });

  it('for all members come in chunks, once in 30 s for each guild', () => {
    const bed = createBed({
      guilds: 2,
      guildShape: { members: 2_400, channels: 2, roles: 1, emojis: 0, presences: 10 },
    });
    const client = bed.ready({ intents: ALL_INTENTS });
    const [first, second] = bed.simulator.guilds.ids();
    request(client, { guild_id: first, query: '', limit: 0, nonce: 'n'.repeat(32), presences: true });
    bed.clock.advance(1_000);
    const chunks = client.dispatches().filter(({ t }) => t === 'GUILD_MEMBERS_CHUNK');
    expect(chunks.map(({ d }) => [d.members.length, d.chunk_index, d.chunk_count, d.nonce])).toEqual([
      [1_000, 0, 3, 'n'.repeat(32)],
      [1_000, 1, 3, 'n'.repeat(32)],
      [400, 2, 3, 'n'.repeat(32)],
    ]);
    expect(chunks[0]?.d.presences.length).toBe(10);
    request(client, { guild_id: second, query: '', limit: 0 });
    request(client, { guild_id: first, query: '', limit: 0, nonce: 'x' });
    bed.until(() => client.dispatch('RATE_LIMITED'));
    expect(client.dispatch('RATE_LIMITED')?.d).toEqual({
      opcode: 8,
      retry_after: expect.closeTo(29, 0),
      meta: { guild_id: first, nonce: 'x' },
    });
    bed.clock.advance(30_000);
    request(client, { guild_id: first, query: '', limit: 0 });
    bed.clock.advance(100);
    expect(client.dispatches().filter(({ t }) => t === 'GUILD_MEMBERS_CHUNK').length).toBe(9);
    expect(client.closes).toEqual([]);
  });

  it('by id, by name, with a nonce that is too long, and for guilds that are not there', () => {
    const bed = createBed({ guilds: 2, guildShape: { members: 300, channels: 2, roles: 1, emojis: 0, presences: 0 } });
    const client = bed.ready();
    const [guild] = bed.simulator.guilds.ids();
    request(client, { guild_id: guild, user_ids: ['118000007000000007', '99'], nonce: 'n'.repeat(33) });
    request(client, { guild_id: guild, query: 'otter29', limit: 50 });
    request(client, { guild_id: guild, query: 'Otter', limit: 500 });
    request(client, { guild_id: '99', query: 'a', limit: 1 });
    request(client, { guild_id: guild, query: '', limit: 0 });
    bed.clock.advance(1_000);
    const chunks = client.dispatches().filter(({ t }) => t === 'GUILD_MEMBERS_CHUNK');
    expect(chunks.map(({ d }) => d.members.length)).toEqual([1, 11, 100]);
    expect(chunks[0]?.d.not_found).toEqual(['99']);
    expect(chunks[0]?.d).not.toHaveProperty('nonce');
    expect(client.closes).toEqual([]);
  });
});

describe('other commands', () => {
  it('joining a voice channel gives both voice events, leaving one', () => {
    const bed = createBed();
    const client = bed.ready({ intents: ALL_INTENTS });
    const [guild] = bed.simulator.guilds.ids();
    client.send({ op: 4, d: { guild_id: guild, channel_id: '118013520000200004', self_mute: true, self_deaf: false } });
    bed.clock.advance(100);
    client.send({ op: 4, d: { guild_id: guild, channel_id: null, self_mute: true, self_deaf: false } });
    bed.clock.advance(100);
    expect(names(client).filter((t) => t.startsWith('VOICE'))).toEqual([
      'VOICE_STATE_UPDATE',
      'VOICE_SERVER_UPDATE',
      'VOICE_STATE_UPDATE',
    ]);
  });

  it('soundboard sounds and channel info are answered for guilds of the shard', () => {
    const bed = createBed({ guilds: 4 });
    const client = bed.ready({ shard: [0, 2] });
    const [mine, other] = [0, 1].map((shardId) => bed.simulator.guilds.ids({ shardId, shardCount: 2 })[0]);
    client.send({ op: 31, d: { guild_ids: [mine, other] } });
    client.send({ op: 43, d: { guild_id: mine, fields: ['status'] } });
    bed.clock.advance(100);
    expect(
      client
        .dispatches()
        .filter(({ t }) => t === 'SOUNDBOARD_SOUNDS')
        .map(({ d }) => d.guild_id),
    ).toEqual([mine]);
    expect(client.dispatch('CHANNEL_INFO')?.d).toEqual({ guild_id: mine, channels: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { HELD } from '../src/index.ts';
import { createTestBed, HEARTBEAT_MS } from './test-bed.ts';

describe('damaged data', () => {
  it.each([
    ['a filter', {}, 'MESSAGE_UPDATE'],
    [
      'the handler',
      {
        handleDiscordPayload: (_: unknown, data: { t: string; d: unknown }) =>
          void (data.t === 'TYPING_START' && data.d),
      },
      'TYPING_START',
    ],
    [
      'an async handler',
      {
        handleDiscordPayload: async (_: unknown, data: { t: string; d: unknown }) =>
          void (data.t === 'TYPING_START' && data.d),
      },
      'TYPING_START',
    ],
  ])('found by %s closes the connection, and the event is asked for again', async (_, options, t) => {
    const bed = createTestBed(options);
    const end = await bed.ready();
    bed.dispatch('CHANNEL_UPDATE');
    end.receiveDamaged(t, 3);
    await bed.clock.advance(1_000);
    expect(end.ended).toBe(3067);
    bed.last.open();
    bed.last.receive({ op: 10, d: { heartbeat_interval: HEARTBEAT_MS } });
    expect(bed.last.sent).toMatchObject([{ op: 6, d: { seq: 2 } }]);
    bed.last.receive({ op: 0, t: 'MESSAGE_UPDATE', s: 3, d: { id: '1', content: 'whole', author: {} } });
    await bed.clock.advance(1);
    expect(bed.gateway.shards.get(0)?.tracker.settled).toBe(3);
  });
});

describe('a handler that cannot keep up', () => {
  const slow = (release: (() => void)[]) => () =>
    new Promise<void>((resolve) => {
      release.push(resolve);
    });

  it('pauses the socket at maxInFlight while heartbeats go on, and reads on at half of it', async () => {
    const release: (() => void)[] = [];
    const bed = createTestBed({ handleDiscordPayload: slow(release), maxInFlight: { events: 4 } });
    const end = await bed.ready();
    for (let event = 0; event < 3; event++) bed.dispatch('TYPING_START');
    expect(end.paused).toBe(true);
    await bed.clock.advance(HEARTBEAT_MS * 0.6);
    expect(end.sent.filter(({ op }) => op === 1).length).toBeGreaterThan(0);
    release.shift()?.();
    await bed.clock.advance(1);
    expect(end.paused).toBe(true);
    release.shift()?.();
    await bed.clock.advance(1);
    expect(end.paused).toBe(false);
  });

  it('loses its connection resumably after a whole interval, and gets no new one before there is room', async () => {
    const release: (() => void)[] = [];
    const bed = createTestBed({
      handleDiscordPayload: slow(release),
      maxInFlight: { events: 2 },
      handlerTimeoutMs: 10_000_000,
    });
    const end = await bed.ready();
    bed.dispatch('TYPING_START');
    await bed.clock.advance(HEARTBEAT_MS * 3);
    expect(end.ended).toBe(3069);
    expect(bed.sockets).toHaveLength(1);
    for (const done of release) done();
    await bed.clock.advance(2_000);
    expect(bed.sockets).toHaveLength(2);
  });
});

describe('sequence numbers', () => {
  it('a RESUME says what is settled, not what was received, and what is in flight comes only once', async () => {
    const release: (() => void)[] = [];
    const bed = createTestBed({
      handleDiscordPayload: (_, data) => {
        bed.handled.push(data.s);
        return data.s === 3 ? new Promise<void>((resolve) => release.push(resolve)) : undefined;
      },
    });
    const end = await bed.ready();
    for (let event = 0; event < 4; event++) bed.dispatch('TYPING_START');
    end.close(1006);
    await bed.clock.advance(1_000);
    bed.last.open();
    bed.last.receive({ op: 10, d: { heartbeat_interval: HEARTBEAT_MS } });
    expect(bed.last.sent).toMatchObject([{ op: 6, d: { seq: 2 } }]);
    for (let s = 3; s <= 6; s++) bed.last.receive({ op: 0, t: 'TYPING_START', s, d: {} });
    expect(bed.handled).toEqual([1, 2, 3, 4, 5, 6]);
    release[0]?.();
    await bed.clock.advance(1);
    expect(bed.gateway.shards.get(0)?.previousSequenceNumber).toBe(6);
  });

  it('a heartbeat says no more than what is stored', async () => {
    let writable = true;
    const saved: number[] = [];
    const bed = createTestBed({
      sessionStore: {
        load: async () => [],
        remove: async () => {},
        save: async (checkpoints) => {
          if (!writable) throw new Error('disk full');
          saved.push(...checkpoints.map(({ seq }) => seq));
        },
      },
    });
    const end = await bed.ready();
    bed.dispatch('TYPING_START');
    await bed.clock.advance(2_000);
    writable = false;
    bed.dispatch('TYPING_START');
    await bed.clock.advance(HEARTBEAT_MS);
    expect(end.sent.findLast(({ op }) => op === 1)).toEqual({ op: 1, d: 2 });
    expect(bed.reported.some(([name]) => name === 'storeError')).toBe(true);
    writable = true;
    await bed.clock.advance(HEARTBEAT_MS);
    expect(saved.at(-1)).toBe(3);
  });
});

describe('the send limit', () => {
  it('leaves room for commands even where heartbeats take half of it', async () => {
    const bed = createTestBed({ connectsPerSecond: 10 });
    void bed.gateway.spawnShards(bed.gateway);
    await bed.clock.advance(10);
    bed.last.open();
    bed.last.receive({ op: 10, d: { heartbeat_interval: 1_000 } });
    await bed.clock.advance(10);
    bed.last.receive({ op: 0, t: 'READY', s: 1, d: { session_id: 'a' } });
    const sent: number[] = [];
    for (let command = 0; command < 3; command++) {
      void bed.gateway.sendShardMessage(bed.gateway, 0, { op: 4, d: {} }).then(() => sent.push(bed.clock.now()));
    }
    for (let second = 0; second < 300; second++) {
      await bed.clock.advance(1_000);
      bed.last.receive({ op: 11 });
    }
    expect(bed.sockets).toHaveLength(1);
    expect(sent).toHaveLength(3);
  });
});

describe('guilds after READY', () => {
  const loaded = (bed: ReturnType<typeof createTestBed>) =>
    bed.reported.filter(([name]) => name === 'guildsLoaded').map(([, event]) => event);

  it('are told to be loaded when the last one has arrived', async () => {
    const bed = createTestBed();
    await bed.ready();
    expect(loaded(bed)).toEqual([]);
    bed.dispatch('GUILD_CREATE', { id: '100', name: 'harbour' });
    expect(loaded(bed)).toMatchObject([{ available: 1, unavailable: 0, missing: 0 }]);
  });

  it('D31 are given up after 30 seconds without one, and that is said once', async () => {
    const bed = createTestBed();
    await bed.ready();
    await bed.clock.advance(29_000);
    expect(loaded(bed)).toEqual([]);
    await bed.clock.advance(10_000);
    expect(loaded(bed)).toMatchObject([{ available: 0, unavailable: 0, missing: 1 }]);
    bed.dispatch('GUILD_CREATE', { id: '100', name: 'harbour' });
    expect(loaded(bed)).toHaveLength(1);
  });
});

describe('events that nobody wants', () => {
  const names = (bed: ReturnType<typeof createTestBed>): string[] => {
    const seen: string[] = [];
    bed.gateway.handleDiscordPayload = (_gateway, data) => void seen.push(data.t);
    return seen;
  };

  it.each([
    ['ignoreEvents', { ignoreEvents: ['TYPING_START', 'MESSAGE_UPDATE'] }],
    ['whitelist', { whitelist: ['MESSAGE_CREATE'] }],
    ['whitelist and ignoreEvents', { whitelist: ['MESSAGE_CREATE', 'TYPING_START'], ignoreEvents: ['TYPING_START'] }],
  ])('are dropped by %s, damaged or not, and count as dealt with', async (_, options) => {
    const bed = createTestBed(options);
    const end = await bed.ready();
    const seen = names(bed);
    bed.dispatch('MESSAGE_CREATE');
    bed.dispatch('TYPING_START');
    bed.dispatch('MESSAGE_UPDATE', { id: '1' });
    bed.dispatch('MESSAGE_CREATE');
    expect(seen).toEqual(['MESSAGE_CREATE', 'MESSAGE_CREATE']);
    expect(bed.gateway.shards.get(0)?.tracker.settled).toBe(5);
    expect(bed.gateway.shards.get(0)?.counts.filtered).toBeGreaterThanOrEqual(2);
    expect(end.ended).toBeUndefined();
  });

  it('among them READY and guilds, of which the gateway still keeps account', async () => {
    const bed = createTestBed({ whitelist: [] });
    const seen = names(bed);
    await bed.ready();
    bed.dispatch('GUILD_CREATE', { id: '100', name: 'g' });
    bed.dispatch('GUILD_CREATE', { id: '200', name: 'h' });
    bed.dispatch('GUILD_DELETE', { id: '100' });
    expect(seen).toEqual([]);
    expect([...bed.gateway.cache.guildIds]).toEqual([200n]);
    expect(bed.gateway.shards.get(0)?.tracker.settled).toBe(4);
  });

  it('by the name under which they would be handed over', async () => {
    const bed = createTestBed({ ignoreEvents: ['GUILD_CREATE'] });
    await bed.ready();
    const seen = names(bed);
    bed.dispatch('GUILD_CREATE', { id: '100', name: 'loaded' });
    bed.dispatch('GUILD_CREATE', { id: '200', name: 'joined' });
    expect(seen).toEqual(['GUILD_LOADED_DD']);
  });

  it('by sets that may change while it runs', async () => {
    const bed = createTestBed();
    await bed.ready();
    const seen = names(bed);
    bed.dispatch('TYPING_START');
    bed.gateway.ignoreEvents = new Set(['TYPING_START']);
    bed.dispatch('TYPING_START');
    bed.gateway.ignoreEvents = new Set();
    bed.gateway.whitelist = new Set(['TYPING_START']);
    bed.dispatch('CHANNEL_UPDATE');
    bed.dispatch('TYPING_START');
    expect(seen).toEqual(['TYPING_START', 'TYPING_START']);
  });
});

describe('the format of the wire', () => {
  it('is refused at once where encoding and compression do not go together', () => {
    expect(() => createTestBed({ encoding: 'etf', compression: 'payload' })).toThrow(
      "compression 'payload' is for encoding 'json' only",
    );
    expect(() => createTestBed({ encoding: 'etf', compression: 'none', compress: true })).toThrow(
      "compression 'payload' is for encoding 'json' only",
    );
  });
});

describe('events that the handler holds', () => {
  it('are settled by number, in order, and only of their own session', async () => {
    const bed = createTestBed({ handleDiscordPayload: () => HELD });
    await bed.ready();
    const { gateway } = bed;
    for (let event = 0; event < 4; event++) bed.dispatch('TYPING_START');
    const shard = gateway.shards.get(0);
    expect(shard?.tracker.settled).toBe(0);
    gateway.settle(gateway, 0, 'another session', 5);
    expect(shard?.tracker.settled).toBe(0);
    gateway.settle(gateway, 0, 'session-1', 3);
    expect(shard?.tracker.settled).toBe(3);
    expect(shard?.inFlightEvents).toBe(2);
    gateway.settle(gateway, 0, 'session-1', 2);
    gateway.settle(gateway, 0, 'session-1', 99);
    expect(shard?.tracker.settled).toBe(5);
    expect(shard?.inFlightEvents).toBe(0);
    expect(shard?.inFlightBytes).toBe(0);
  });

  it('are never overdue, and pause the socket like all others', async () => {
    const bed = createTestBed({
      handleDiscordPayload: () => HELD,
      maxInFlight: { events: 3 },
      handlerTimeoutMs: 1_000,
    });
    const end = await bed.ready();
    bed.dispatch('TYPING_START');
    bed.dispatch('TYPING_START');
    await bed.clock.advance(10_000);
    expect(bed.gateway.shards.get(0)?.tracker.settled).toBe(0);
    expect(end.paused).toBe(true);
    bed.gateway.settle(bed.gateway, 0, 'session-1', 3);
    expect(end.paused).toBe(false);
  });

  it('may be settled among others whose promise is awaited', async () => {
    let release = (): void => {};
    const answers = [HELD, new Promise<void>((resolve) => (release = resolve)), HELD, undefined];
    const bed = createTestBed({ handleDiscordPayload: () => answers.shift() });
    await bed.ready();
    for (let event = 0; event < 3; event++) bed.dispatch('TYPING_START');
    const shard = bed.gateway.shards.get(0);
    bed.gateway.settle(bed.gateway, 0, 'session-1', 4);
    expect(shard?.tracker.settled).toBe(1);
    release();
    await bed.clock.advance(1);
    expect(shard?.tracker.settled).toBe(4);
  });
});

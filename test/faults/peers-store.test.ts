import { createMemorySessionStore, type SessionStore } from '@shardgate/gateway';
import { createRandom, type Delivery } from '@shardgate/simulator';
import { describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';

interface SlowStore extends SessionStore {
  saves: number;
  /** Saves at one time, at most. */
  overlap: number;
}

/** A store whose every save takes 0 to 5 seconds, drawn anew, and takes effect when it is over. */
function createSlowStore(bed: () => VirtualBed): SlowStore {
  const store = createMemorySessionStore();
  const random = createRandom(17);
  let running = 0;
  const slow: SlowStore = {
    saves: 0,
    overlap: 0,
    load: () => store.load(),
    remove: (keys) => store.remove(keys),
    async save(checkpoints) {
      slow.saves += 1;
      running += 1;
      slow.overlap = Math.max(slow.overlap, running);
      await new Promise<void>((resolve) => bed().clock.setTimer(resolve, random() * 5_000));
      await store.save(checkpoints);
      running -= 1;
    },
  };
  return slow;
}

describe('A17 a slow and jittery session store', () => {
  it('A17 holds no event up and changes no order; its writes are coalesced and the last one wins', async () => {
    const bed = createVirtualBed({ shards: 2, maxConcurrency: 2, eventsPerSecond: 200 });
    const store = createSlowStore(() => bed);
    await bed.ready({ sessionStore: store });
    await bed.advance(60_000);
    bed.simulator.configure({ eventsPerSecond: 0 });
    await bed.advance(12_000);

    expect(bed.received.length).toBeGreaterThan(10_000);
    expect(bed.compare()).toEqual({ lost: [], duplicated: [], unknown: [], reordered: [] });
    const sentAt = new Map(
      bed.simulator.ledger.dispatches().map(({ sessionId, seq, at }) => [`${sessionId}:${seq}`, at]),
    );
    const delays = bed.received.map(({ sessionId, seq, at }) => at - (sentAt.get(`${sessionId}:${seq}`) ?? 0));
    // The network's own delay is at most 3 ms.
    expect(Math.max(...delays)).toBeLessThanOrEqual(3);
    expect(store.saves).toBeGreaterThan(10);
    expect(store.saves).toBeLessThanOrEqual(72);
    expect(store.overlap).toBe(1);
    for (const { shardId, seq } of await store.load()) {
      expect(seq).toBe(bed.received.filter((event) => event.shardId === shardId).at(-1)?.seq);
    }
    bed.clean();
    await bed.end();
  });
});

/** Dispatches that no handler has finished. READY is stored before it is settled: without it there is no session to resume. */
function undone(bed: VirtualBed): Delivery[] {
  const settled = bed.received.filter(({ settledAt }) => settledAt !== undefined);
  const done = new Set(settled.map(({ sessionId, seq }) => `${sessionId}:${seq}`));
  const events = bed.simulator.ledger.dispatches().filter(({ t }) => t !== 'RESUMED' && t !== 'READY');
  return events.filter(({ sessionId, seq }) => !done.has(`${sessionId}:${seq}`));
}

describe('A18 a process killed between two writes of the store', () => {
  it('A18 the stored sequence is never ahead of what the handler has done, and after the crash nothing is missing', async () => {
    const random = createRandom(18);
    const bed = createVirtualBed(
      { shards: 2, maxConcurrency: 2, eventsPerSecond: 40, sessionLifeMs: 600_000 },
      {},
      () => random() * 3_000,
    );
    let compared = 0;
    const watched: SessionStore = {
      ...bed.store,
      async save(checkpoints) {
        const notDone = undone(bed);
        for (const { sessionId, seq } of checkpoints) {
          const ahead = notDone.filter((event) => event.sessionId === sessionId && event.seq <= seq);
          expect(ahead, `checkpoint ${seq}`).toEqual([]);
          compared += 1;
        }
        await bed.store.save(checkpoints);
      },
    };
    for (let life = 0; life < 4; life++) {
      const killAt = bed.clock.now() + 9_000 + life * 737;
      await bed.ready({ sessionStore: watched });
      await bed.advance(Math.max(0, killAt - bed.clock.now()));
      bed.life.kill();
      await bed.advance(300);
    }
    expect(compared).toBeGreaterThan(20);
    await bed.ready({ sessionStore: watched });
    bed.simulator.configure({ eventsPerSecond: 0 });
    await bed.advance(10_000);

    expect(undone(bed)).toEqual([]);
    expect(bed.identifies()).toBe(2);
    bed.clean();
    await bed.end();
  });
});

describe('A32 two bots in one process', () => {
  it('A32 two managers with the default stores share nothing: each resumes its own sessions and knows its own guilds', async () => {
    const defaults = { sessionStore: undefined, identifyLedger: undefined };
    const beds = [
      createVirtualBed({ seed: 1, guilds: 3, token: 'canary.token.value' }, defaults),
      createVirtualBed({ seed: 2, guilds: 7, token: 'canary.token.value' }, defaults),
    ] as const;
    for (const bed of beds) {
      await bed.ready();
      await bed.until('the guilds', () => bed.told('guildsLoaded').length === 1);
    }
    const [one, other] = beds.map((bed) => bed.gateway);
    for (const name of [
      'sessionStore',
      'identifyLedger',
      'events',
      'shards',
      'loadingShards',
      'buckets',
      'cache',
      'runtime',
    ] as const) {
      expect(one?.[name], name).not.toBe(other?.[name]);
    }
    expect(beds.map((bed) => bed.gateway.cache.guildIds.size)).toEqual([3, 7]);

    for (const bed of beds) {
      const { sessionStore } = bed.gateway;
      const stopped = bed.gateway.stopGateway(bed.gateway);
      await bed.advance(1_000);
      await stopped;
      await bed.ready({ sessionStore });
      expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
      expect(bed.received.every(({ shardId }) => shardId === 0)).toBe(true);
      bed.clean();
    }
    for (const bed of beds) await bed.end();
  });

  it('A32 a budget that one bot has used up does not hold up the other', async () => {
    const defaults = { sessionStore: undefined, identifyLedger: undefined };
    const poor = createVirtualBed({ identifyWindowMs: 86_400_000 }, defaults);
    poor.simulator.setIdentifyRemaining(0);
    poor.start();
    await poor.advance(60_000);
    const rich = createVirtualBed({}, defaults);
    await rich.ready({}, 10_000);
    expect([poor.identifies(), rich.identifies()]).toEqual([0, 1]);
    poor.clean();
    rich.clean();
    await poor.end();
    await rich.end();
  });
});

import { Op } from '@shardgate/wire';
import { describe, expect, it, vi } from 'vitest';
import { defaultMethods } from '../src/default-methods.ts';
import type { GatewayMethods } from '../src/index.ts';
import { createTestBed, HEARTBEAT_MS, type TestBed } from './test-bed.ts';

/** The parts of a reshard are tried where two generations of shards can be had: reshard-overrides.test.ts. */
type Tried = Exclude<
  keyof GatewayMethods,
  'reshardNeeded' | 'reshardPrepare' | 'reshardReady' | 'reshardCut' | 'reshardClose' | 'reshardRollBack'
>;

/** What makes the gateway call each method. A method without a row does not compile; a row that does not reach it fails. */
const drive = {
  spawnShards: async (bed) => void bed.gateway.spawnShards(bed.gateway),
  prepareBuckets: async (bed) => void (await bed.ready()),
  tellClusterToIdentify: async (bed) => void (await bed.ready()),
  tellWorkerToIdentify: async (bed) => void (await bed.ready()),
  identify: async (bed) => void (await bed.ready()),
  resume: async (bed) => {
    await bed.ready();
    await bed.gateway.stopGateway(bed.gateway);
    const again = createTestBed({
      sessionStore: bed.gateway.sessionStore,
      clock: bed.clock,
      resume: bed.gateway.resume,
    });
    void again.gateway.spawnShards(again.gateway);
    await bed.clock.advance(10);
  },
  requestIdentify: async (bed) => void (await bed.ready()),
  fetchGatewayBot: async (bed) => {
    // The budget that came with the options is too old after five minutes.
    await bed.clock.advance(301_000);
    void bed.gateway.identify(bed.gateway, 0, 1);
    await bed.clock.advance(10);
    bed.last.open();
    bed.last.receive({ op: Op.Hello, d: { heartbeat_interval: HEARTBEAT_MS } });
    await bed.clock.advance(10);
  },
  createShard: async (bed) => {
    void bed.gateway.spawnShards(bed.gateway);
    await bed.clock.advance(10);
  },
  heartbeat: async (bed) => void (await bed.ready()),
  handleOnMessage: async (bed) => void (await bed.ready()),
  handleDiscordPayload: async (bed) => void (await bed.ready()),
  settle: async (bed) => {
    await bed.ready();
    bed.gateway.settle(bed.gateway, 0, 'session-1', 1);
  },
  sendShardMessage: async (bed) => void bed.gateway.sendShardMessage(bed.gateway, 0, { op: 3, d: {} }),
  processGatewayQueue: async (bed) => void (await bed.ready()),
  safeRequestsPerShard: async (bed) => {
    await bed.ready();
    void bed.gateway.sendShardMessage(bed.gateway, 0, { op: 3, d: {} });
  },
  calculateMaxShards: async (bed) => {
    bed.gateway.maxShards = 0;
    void bed.gateway.spawnShards(bed.gateway);
    await bed.clock.advance(10);
  },
  closeWS: async (bed) => {
    await bed.ready();
    bed.last.receive({ op: Op.Reconnect });
  },
  resharder: async (bed) => {
    await bed.gateway.resharder(bed.gateway);
  },
  stopGateway: async (bed) => bed.gateway.stopGateway(bed.gateway),
  debug: async (bed) => void (await bed.ready()),
} satisfies Record<Tried, (bed: TestBed) => Promise<void>>;

const names = Object.keys(drive) as Tried[];

/** A spy that goes on to the default, so that the gateway runs as far as the method. */
function spyOn(name: Tried) {
  const original = name === 'handleDiscordPayload' ? () => {} : defaultMethods[name];
  return vi.fn(original as (...args: unknown[]) => unknown);
}

describe('every method is replaceable', () => {
  it.each(names)('%s given as an option is what gets called', async (name) => {
    const spy = spyOn(name);
    const bed = createTestBed({ [name]: spy });
    await drive[name](bed);
    expect(spy).toHaveBeenCalled();
  });

  it.each(names)('%s assigned after creation is what gets called', async (name) => {
    const spy = spyOn(name);
    const bed = createTestBed();
    Object.assign(bed.gateway, { [name]: spy });
    await drive[name](bed);
    expect(spy).toHaveBeenCalled();
  });
});

/** Methods the library calls by itself; `spawnShards`, `resharder`, `settle`, `sendShardMessage` and `stopGateway` are only the user's to call. */
const CALLED_BY_US = names.filter(
  (name) => !['spawnShards', 'resharder', 'settle', 'sendShardMessage', 'stopGateway'].includes(name),
);

describe('an override that fails harms nothing else', () => {
  const failures = {
    throws: () => {
      throw new Error('override failed');
    },
    rejects: () => Promise.reject(new Error('override failed')),
    hangs: () => new Promise(() => {}),
  };
  for (const [how, failing] of Object.entries(failures)) {
    it.each(CALLED_BY_US)(`%s that ${how} is contained, and the gateway still stops`, async (name) => {
      const bed = createTestBed({ [name]: failing });
      await drive[name](bed).catch(() => {});
      const stopped = bed.gateway.stopGateway(bed.gateway);
      // 15 seconds for a READY whose IDENTIFY was sent, then 5.
      await bed.clock.advance(20_100);
      await expect(stopped).resolves.toBeUndefined();
      expect(bed.gateway.shards.find((shard) => shard.status !== 'stopped' && shard.status !== 'idle')).toBeUndefined();
    });
  }

  it('a handler that throws, rejects or hangs settles its event and leaves a word of it', async () => {
    let call = 0;
    const bed = createTestBed({
      handlerTimeoutMs: 5_000,
      handleDiscordPayload: () => {
        call++;
        if (call === 2) throw new Error('thrown');
        if (call === 3) return Promise.reject(new Error('rejected'));
        return call === 4 ? new Promise(() => {}) : undefined;
      },
    });
    await bed.ready();
    for (let event = 0; event < 4; event++) bed.dispatch('TYPING_START');
    await bed.clock.advance(1);
    const shard = bed.gateway.shards.get(0);
    expect(shard?.previousSequenceNumber).toBe(3);
    await bed.clock.advance(7_000);
    expect(shard?.previousSequenceNumber).toBe(5);
    expect(bed.reported.filter(([name]) => name === 'hookError')).toHaveLength(3);
  });

  it('a listener that throws is contained', async () => {
    const bed = createTestBed();
    bed.gateway.events.on('shardReady', () => {
      throw new Error('listener failed');
    });
    await bed.ready();
    expect(bed.gateway.shards.get(0)?.ready).toBe(true);
    expect(bed.reported.some(([name, event]) => name === 'hookError' && event['method'] === 'events')).toBe(true);
  });

  it('a replaced handleOnMessage may keep what it gets: the socket writes over its memory', async () => {
    const kept: Buffer[] = [];
    const bed = createTestBed({
      handleOnMessage(gateway, message, shardId, isBinary) {
        kept.push(message);
        defaultMethods.handleOnMessage(gateway, message, shardId, isBinary);
      },
    });
    await bed.ready();
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.every((message) => message.some((byte) => byte !== 0))).toBe(true);
  });

  it('a replaced heartbeat does all the beating: the library neither beats nor looks for zombies', async () => {
    const bed = createTestBed({ heartbeat: () => {} });
    const end = await bed.ready();
    await bed.clock.advance(10 * HEARTBEAT_MS);
    expect(end.sent.filter((frame) => frame.op === Op.Heartbeat)).toHaveLength(0);
    expect(bed.sockets).toHaveLength(1);
    end.receive({ op: Op.Heartbeat });
    expect(end.sent.at(-1)).toEqual({ op: Op.Heartbeat, d: 1 });
  });
});

import type { ShardStatus } from '@shardgate/gateway';
import type { Fault } from '@shardgate/simulator';
import { describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';
import { watchSpawn } from './watched-spawn.ts';

/** Stops, and fails if that takes longer than its deadline. */
async function stopInTime(bed: VirtualBed, withinMs = 5_100): Promise<void> {
  let isStopped = false;
  const stopped = bed.gateway.stopGateway(bed.gateway).then(() => (isStopped = true));
  await bed.until('stopGateway resolves', () => isStopped, withinMs);
  await stopped;
}

/** Every sign of a client that dials or speaks. */
function signsOfLife(bed: VirtualBed): number {
  return bed.simulator.ledger.activity().filter(({ kind }) => kind !== 'close' && kind !== 'session-end').length;
}

async function expectSilence(bed: VirtualBed): Promise<void> {
  // What was on its way when it stopped has arrived by then.
  await bed.advance(1_500);
  const before = signsOfLife(bed);
  await bed.advance(3_600_000);
  expect(signsOfLife(bed)).toBe(before);
  expect(bed.simulator.state().connections).toBe(0);
  expect(bed.gateway.shards.find((shard) => shard.status !== 'stopped')).toBeUndefined();
  bed.clean();
  await bed.simulator.close();
}

/** Phases of a first connection, and the fault that holds a shard in it. */
const STARTING: readonly (readonly [ShardStatus, Fault])[] = [
  ['waiting', { kind: 'refuse-connect' }],
  ['connecting', { kind: 'black-hole' }],
  ['greeting', { kind: 'withhold-hello' }],
  ['identifying', { kind: 'withhold-ready' }],
];

/** The same for a shard that has a session and lost its connection. */
const RESUMING: readonly (readonly [ShardStatus, Fault])[] = [
  ...STARTING.slice(0, 3),
  ['resuming', { kind: 'withhold-resumed' }],
];

describe('A28 stop', () => {
  it.each(STARTING)(
    'A28 while a first connection is %s: nothing connects any more, spawnShards rejects',
    async (phase, fault) => {
      const bed = createVirtualBed();
      const { outcome, spawnShards } = watchSpawn();
      bed.simulator.fault(fault);
      bed.start({ spawnShards });
      await bed.until(
        phase,
        () => bed.gateway.shards.get(0)?.status === phase && bed.told('shardConnecting').length > 0,
      );
      // The READY of an IDENTIFY that was sent is waited for.
      await stopInTime(bed, phase === 'identifying' ? 20_100 : 5_100);
      expect(outcome()).toMatchObject({ code: 'stopped' });
      await expectSilence(bed);
    },
  );

  it('O12 after IDENTIFY was sent: READY is waited for, its session is stored and resumed by the next process', async () => {
    const bed = createVirtualBed({ readyDelayMs: 8_000 });
    bed.start();
    await bed.until('IDENTIFY is sent', () => bed.identifies() === 1);
    await stopInTime(bed, 15_000);
    expect(await bed.store.load()).toMatchObject([{ shardId: 0 }]);
    await bed.ready();
    expect(bed.identifies()).toBe(1);
    expect(bed.resumes()).toBe(1);
    bed.clean();
    await bed.end();
  });

  it('A28 while a shard waits for its turn to identify: it does not come any more', async () => {
    const bed = createVirtualBed({ shards: 2 });
    bed.start();
    await bed.until('shard 1 waits', () => bed.gateway.shards.get(1)?.status === 'queued' && bed.identifies() === 1);
    await stopInTime(bed);
    await expectSilence(bed);
    expect(bed.identifies()).toBe(1);
  });

  it.each(RESUMING)(
    'A28 while a lost connection is %s again: nothing connects any more, the session is kept',
    async (phase, fault) => {
      const bed = createVirtualBed();
      await bed.ready();
      await bed.advance(2_000);
      bed.simulator.fault(fault);
      bed.simulator.fault({ kind: 'drop' });
      await bed.until(phase, () => bed.gateway.shards.get(0)?.status === phase);
      await stopInTime(bed);
      expect(await bed.store.load()).toMatchObject([{ shardId: 0 }]);
      await expectSilence(bed);
    },
  );

  it('A28 with a peer that answers nothing any more: stop resolves within its deadline', async () => {
    const bed = createVirtualBed({ shards: 2, maxConcurrency: 2 });
    await bed.ready();
    bed.simulator.fault({ kind: 'half-open' });
    await stopInTime(bed);
    await bed.advance(200_000);
    await expectSilence(bed);
  });

  it('A28 with a handler that never finishes: stop resolves within its deadline', async () => {
    const bed = createVirtualBed({}, { handleDiscordPayload: () => new Promise(() => {}) });
    await bed.ready();
    await bed.advance(2_000);
    await stopInTime(bed);
    await expectSilence(bed);
  });

  it('A28 while /gateway/bot is silent: nothing connects any more, spawnShards rejects', async () => {
    const bed = createVirtualBed();
    const { outcome, spawnShards } = watchSpawn();
    bed.simulator.fault({ kind: 'rest', delayMs: 30_000 });
    bed.start({ spawnShards });
    await bed.advance(1_000);
    await stopInTime(bed);
    await bed.advance(60_000);
    expect(outcome()).toMatchObject({ code: 'stopped' });
    expect(bed.simulator.ledger.activity({ kind: 'connect' })).toEqual([]);
    bed.clean();
    await bed.simulator.close();
  });

  it('A28 a stopped gateway that is started again resumes its sessions', async () => {
    const bed = createVirtualBed({ shards: 2, maxConcurrency: 2 });
    await bed.ready();
    await bed.advance(2_000);
    await stopInTime(bed);
    const spawned = bed.gateway.spawnShards(bed.gateway);
    await bed.until('ready again', bed.allReady, 15_000);
    await spawned;
    expect([bed.identifies(), bed.resumes()]).toEqual([2, 2]);
    bed.clean();
    await bed.end();
  });
});

describe('A29 nobody there at the start', () => {
  it.each([
    ['REST answers with 500', [{ kind: 'rest', status: 500 }]],
    ['REST answers with an HTML page', [{ kind: 'rest', status: 200, html: true }]],
    ['the gateway refuses connections', [{ kind: 'refuse-connect' }]],
    ['neither is there', [{ kind: 'rest', status: 503 }, { kind: 'refuse-connect' }]],
  ] as const)('A29 while %s spawnShards waits, tells why, and resolves when they are back', async (_what, faults) => {
    const bed = createVirtualBed();
    const { outcome, spawnShards } = watchSpawn();
    for (const fault of faults) bed.simulator.fault(fault);
    bed.start({ spawnShards });
    await bed.advance(600_000);
    expect(outcome()).toBe('pending');
    expect(bed.told('gatewayBotError').length + bed.told('shardDisconnected').length).toBeGreaterThan(3);
    bed.simulator.clearFaults();
    await bed.until('spawnShards resolves', () => outcome() !== 'pending', 130_000);
    expect(outcome()).toBe('resolved');
    expect(bed.allReady()).toBe(true);
    bed.clean();
    await bed.end();
  });

  it('A29 a stop ends the wait: spawnShards rejects with the code stopped', async () => {
    const bed = createVirtualBed();
    const { outcome, spawnShards } = watchSpawn();
    bed.simulator.fault({ kind: 'rest', status: 503 });
    bed.start({ spawnShards });
    await bed.advance(60_000);
    await stopInTime(bed);
    await bed.advance(1_000);
    expect(outcome()).toMatchObject({ name: 'GatewayError', code: 'stopped' });
    bed.clean();
    await bed.simulator.close();
  });
});

import { describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';
import { activityOf, ownCloseCodes } from './outcome.ts';

const PRESENCE = { since: null, activities: [], status: 'dnd', afk: false };

/** The session ids that READY named, oldest first. */
function sessions(bed: VirtualBed): string[] {
  return bed.simulator.ledger.dispatches({ t: 'READY' }).map(({ sessionId }) => sessionId);
}

function times(bed: VirtualBed, kind: 'connect' | 'refused-connect' | 'identify' | 'resume'): number[] {
  return bed.simulator.ledger.activity({ kind }).map(({ at }) => at);
}

function gaps(moments: readonly number[]): number[] {
  return moments.slice(1).map((at, index) => at - (moments[index] ?? 0));
}

function expectNothingLost(bed: VirtualBed): void {
  expect(bed.compare()).toEqual({ lost: [], duplicated: [], unknown: [], reordered: [] });
}

describe('A1 commands while a shard is away', () => {
  it('A1 a presence and a voice update sent before RESUMED go out after it, once and in order', async () => {
    const bed = createVirtualBed({ resumeDelayMs: 4_000 });
    await bed.ready();
    const { gateway, simulator } = bed;
    simulator.fault({ kind: 'close', code: 4000 });
    await bed.until('the connection is gone', () => gateway.shards.get(0)?.status === 'waiting');
    const presence = gateway.sendShardMessage(gateway, 0, { op: 3, d: PRESENCE });
    await bed.until('RESUME is sent', () => gateway.shards.get(0)?.status === 'resuming');
    const [guildId] = simulator.guilds.ids();
    const voice = gateway.sendShardMessage(gateway, 0, {
      op: 4,
      d: { guild_id: guildId, channel_id: null, self_mute: false, self_deaf: false },
    });
    await bed.advance(2_000);
    expect(simulator.ledger.activity({ kind: 'command' })).toEqual([]);

    await bed.until('RESUMED', bed.allReady);
    await bed.advance(1_000);
    await Promise.all([presence, voice]);
    expect(activityOf(simulator, 'command').map(({ op }) => op)).toEqual([3, 4]);
    expect(simulator.state().sessions[0]?.presence).toEqual(PRESENCE);
    bed.clean();
    await bed.end();
  });
});

describe('A2 a port that refuses', () => {
  it.each([
    { seconds: 2, backWithin: 8_000 },
    { seconds: 100, backWithin: 61_000 },
  ])('A2 a port that refuses for $seconds seconds keeps the session', async ({ seconds, backWithin }) => {
    const bed = createVirtualBed();
    await bed.ready();
    bed.simulator.fault({ kind: 'refuse-connect', forMs: seconds * 1_000 });
    bed.simulator.fault({ kind: 'drop' });
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 5 });
    await bed.advance(seconds * 1_000);
    expect(times(bed, 'refused-connect').length).toBeGreaterThan(0);
    expect(bed.allReady()).toBe(false);
    await bed.until('the session goes on', bed.allReady, backWithin);
    await bed.advance(1_000);
    expect(bed.identifies()).toBe(1);
    expect(bed.told('gap')).toEqual([]);
    expectNothingLost(bed);
    bed.clean();
    await bed.end();
  });
});

describe('A3 a resume URL that fails', () => {
  it.each([
    ['answers with 503', { kind: 'upgrade-status', status: 503, door: 'resume' }],
    ['has no address', { kind: 'refuse-connect', errorCode: 'ENOTFOUND', door: 'resume' }],
  ] as const)('A3 a resume URL that %s is given up for the main URL, the session is not', async (_how, fault) => {
    const bed = createVirtualBed();
    await bed.ready();
    bed.simulator.fault(fault);
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('the connection is gone', () => !bed.allReady());
    await bed.until('the session goes on', bed.allReady);
    expect(times(bed, 'refused-connect')).toHaveLength(2);
    expect(bed.simulator.ledger.activity({ kind: 'connect' }).at(-1)).toMatchObject({ door: 'main' });
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);

    // The next process does not try the bad URL again.
    await bed.advance(2_000);
    expect(await bed.store.load()).toMatchObject([{ sessionId: sessions(bed)[0], resumeUrl: null }]);
    bed.life.kill();
    await bed.ready();
    expect(times(bed, 'refused-connect')).toHaveLength(2);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 2]);
    bed.clean();
    await bed.end();
  });
});

describe('A4 HELLO that never comes', () => {
  it('A4 a resuming connection without HELLO is closed resumably and the RESUME is tried again, later each time', async () => {
    const bed = createVirtualBed({ sessionLifeMs: 600_000 });
    await bed.ready();
    bed.simulator.fault({ kind: 'withhold-hello', times: 4 });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('the connection is gone', () => !bed.allReady());
    await bed.until('the session goes on', bed.allReady, 300_000);
    const causes = bed.told('shardDisconnected').map(({ cause }) => cause);
    expect(causes.slice(1)).toEqual(Array.from({ length: 4 }, () => 'HELLO timed out'));
    expect(ownCloseCodes(bed.simulator)).toEqual([3068, 3068, 3068, 3068]);
    const waits = bed.told('shardDisconnected').map(({ retryInMs }) => retryInMs);
    expect(new Set(waits).size, 'every wait is drawn anew').toBe(waits.length);
    expect(Math.max(...waits), 'the bound grows').toBeGreaterThan(500);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    bed.clean();
    await bed.end();
  });
});

describe('A5 a RESUME without an answer', () => {
  it('A5 a RESUME that nothing answers is tried again on a new connection within 45 seconds', async () => {
    const bed = createVirtualBed();
    await bed.ready();
    await bed.until('nothing is left to replay', () => bed.told('guildsLoaded').length > 0);
    bed.simulator.fault({ kind: 'withhold-resumed', times: 1 });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('the first RESUME', () => bed.resumes() === 1);
    await bed.until('the second RESUME', () => bed.resumes() === 2, 45_000);
    await bed.until('the session goes on', bed.allReady);
    expect(bed.told('shardDisconnected').at(-1)).toMatchObject({ cause: 'RESUMED timed out' });
    expect(bed.identifies()).toBe(1);
    bed.clean();
    await bed.end();
  });

  it('A5 a session whose RESUME is never answered is given up for a new one, and the gap is declared', async () => {
    const bed = createVirtualBed({ sessionLifeMs: 3_600_000 });
    await bed.ready();
    const rule = bed.simulator.fault({ kind: 'withhold-resumed' });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('a new session', () => bed.identifies() === 2, 300_000);
    expect(bed.resumes()).toBeGreaterThanOrEqual(3);
    expect(bed.told('gap')).toMatchObject([{ shardId: 0, sessionId: sessions(bed)[0], cause: 'resume not answered' }]);
    bed.simulator.clearFaults(rule.id);
    await bed.until('ready', bed.allReady);
    bed.clean();
    await bed.end();
  });
});

describe('A10 op 9 with d true', () => {
  it('A10 five of them in a row are each followed by a random pause of a second or more, and the session goes on', async () => {
    const bed = createVirtualBed({ sessionLifeMs: 600_000 });
    await bed.ready();
    bed.simulator.fault({ kind: 'refuse-resume', resumable: true, times: 5 });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('the sixth RESUME', () => bed.resumes() === 6, 300_000);
    await bed.until('the session goes on', bed.allReady);
    const pauses = gaps(times(bed, 'resume'));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(new Set(pauses).size).toBe(5);
    expect(bed.identifies()).toBe(1);
    expectNothingLost(bed);
    bed.clean();
    await bed.end();
  });

  it('A10 without an end they bring a new session after a limit, and the gap is declared', async () => {
    const bed = createVirtualBed({ sessionLifeMs: 600_000 });
    await bed.ready();
    bed.simulator.fault({ kind: 'refuse-resume', resumable: true });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('a new session', () => bed.identifies() === 2 && bed.allReady(), 300_000);
    expect(bed.resumes()).toBe(6);
    expect(bed.told('gap')).toMatchObject([{ sessionId: sessions(bed)[0], cause: 'resume refused repeatedly' }]);
    bed.clean();
    await bed.end();
  });
});

describe('A16 a planned restart', () => {
  it('A16 a stopped gateway keeps its sessions and its place: the next one resumes, identifies nothing, repeats nothing', async () => {
    const bed = createVirtualBed({ shards: 4, maxConcurrency: 4, eventsPerSecond: 40 });
    await bed.ready();
    await bed.advance(10_450);
    const { gateway } = bed;
    const stopped = gateway.stopGateway(gateway);
    await bed.advance(100);
    await stopped;
    expect(ownCloseCodes(bed.simulator)).toEqual([3061, 3061, 3061, 3061]);
    for (const { shardId, seq } of await bed.store.load()) {
      const last = bed.received.filter((event) => event.shardId === shardId).at(-1);
      expect(seq, `shard ${shardId}`).toBe(last?.seq);
    }
    await bed.advance(3_000);
    await bed.ready();
    bed.simulator.configure({ eventsPerSecond: 0 });
    await bed.advance(1_000);
    expect([bed.identifies(), bed.resumes()]).toEqual([4, 4]);
    expectNothingLost(bed);
    bed.clean();
    await bed.end();
  });
});

describe('A33 too many sends', () => {
  it('A33 4008 is answered with a RESUME after a pause of five seconds or more', async () => {
    const bed = createVirtualBed();
    await bed.ready();
    const closedAt = bed.clock.now();
    bed.simulator.fault({ kind: 'close', code: 4008 });
    await bed.until('RESUME', () => bed.resumes() === 1, 15_000);
    expect(bed.clock.now() - closedAt).toBeGreaterThanOrEqual(5_000);
    await bed.until('the session goes on', bed.allReady);
    expect(bed.identifies()).toBe(1);
    bed.clean();
    await bed.end();
  });
});

import type { ActivityRecord } from '@shardgate/simulator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';
import { activityOf } from './outcome.ts';

const WINDOW_MS = 60_000;
const SENDS = 120;

function presence(name: string) {
  return { since: null, activities: [{ name, type: 0 }], status: 'online', afk: false };
}

/** Everything the client sent, by connection, as it arrived. */
function arrivals(bed: VirtualBed): Map<number, ActivityRecord[]> {
  const sent = new Map<number, ActivityRecord[]>();
  for (const entry of bed.simulator.ledger.activity()) {
    if (!('connection' in entry) || !['heartbeat', 'identify', 'resume', 'command'].includes(entry.kind)) continue;
    const before = sent.get(entry.connection);
    if (before === undefined) sent.set(entry.connection, [entry]);
    else before.push(entry);
  }
  return sent;
}

/** The most frames of one connection in any window. */
function fullestWindow(frames: readonly ActivityRecord[]): number {
  return Math.max(
    0,
    ...frames.map(({ at }) => frames.filter((other) => other.at >= at && other.at < at + WINDOW_MS).length),
  );
}

type Step = { readonly wait: number; readonly commands: number; readonly requests: number; readonly drop: boolean };

const steps = fc.array(
  fc.record<Step>({
    wait: fc.integer({ min: 0, max: 40_000 }),
    commands: fc.integer({ min: 0, max: 150 }),
    requests: fc.integer({ min: 0, max: 4 }),
    drop: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('A26 the send limit', () => {
  it('A26 whatever is sent and asked for, no 60 seconds of a connection hold more than 120 frames, and no heartbeat is late', async () => {
    const law = fc.asyncProperty(
      steps,
      fc.integer({ min: 1_000, max: 60_000 }),
      fc.integer({ min: 1, max: 2 ** 31 }),
      async (plan, heartbeatIntervalMs, seed) => {
        const bed = createVirtualBed({ heartbeatIntervalMs, seed, latencyMs: [1, 300], sessionLifeMs: 600_000 });
        await bed.ready();
        const { gateway, simulator } = bed;
        const [guildId] = simulator.guilds.ids();
        const order: number[] = [];
        let number = 0;
        for (const { wait, commands, requests, drop } of plan) {
          for (let index = 0; index < commands; index++) {
            const place = number++;
            const d = { guild_id: guildId, channel_id: null, self_mute: false, self_deaf: false };
            gateway.sendShardMessage(gateway, 0, { op: 4, d }).then(
              () => order.push(place),
              () => {},
            );
          }
          for (let index = 0; index < requests; index++) simulator.fault({ kind: 'request-heartbeat' });
          if (drop) simulator.fault({ kind: 'drop' });
          await bed.advance(wait);
        }
        if (heartbeatIntervalMs > 2_000) {
          await bed.until('every command is out', () => order.length === number, 1_000 * WINDOW_MS);
          expect(order).toEqual(Array.from({ length: number }, (_, index) => index));
        }
        for (const frames of arrivals(bed).values()) expect(fullestWindow(frames)).toBeLessThanOrEqual(SENDS);
        bed.clean();
        await bed.end();
      },
    );
    await fc.assert(law, { numRuns: 30, seed: 26 });
  });

  it('A26 a heartbeat request is answered at once while commands fill the window', async () => {
    const bed = createVirtualBed();
    await bed.ready();
    const { gateway, simulator } = bed;
    const [guildId] = simulator.guilds.ids();
    const d = { guild_id: guildId, channel_id: null, self_mute: false, self_deaf: false };
    const sent = Array.from({ length: 200 }, () => gateway.sendShardMessage(gateway, 0, { op: 4, d }));
    await bed.advance(1_000);
    const before = simulator.ledger.activity({ kind: 'heartbeat' }).length;
    simulator.fault({ kind: 'request-heartbeat' });
    await bed.advance(10);
    expect(simulator.ledger.activity({ kind: 'heartbeat' })).toHaveLength(before + 1);
    await bed.advance(2 * WINDOW_MS);
    await Promise.all(sent);
    bed.clean();
    await bed.end();
  });

  it('A26 a server that asks for a heartbeat ten times a second is not sent more than 120 frames a minute either', async () => {
    const bed = createVirtualBed({ latencyMs: [1, 300] });
    await bed.ready();
    for (let second = 0; second < 90; second++) {
      for (let tenth = 0; tenth < 10; tenth++) {
        bed.simulator.fault({ kind: 'request-heartbeat' });
        await bed.advance(100);
      }
    }
    for (const frames of arrivals(bed).values()) expect(fullestWindow(frames)).toBeLessThanOrEqual(SENDS);
    expect(bed.told('shardDisconnected')).toEqual([]);
    bed.clean();
    await bed.end();
  });
});

describe('A27 presence updates', () => {
  it('A27 of more than five in 20 seconds the first five go out, the newest waits its turn, those between are dropped', async () => {
    const bed = createVirtualBed({ latencyMs: [1, 300] });
    await bed.ready();
    const { gateway, simulator } = bed;
    const sent: Promise<void>[] = [];
    for (let number = 1; number <= 8; number++) {
      sent.push(gateway.sendShardMessage(gateway, 0, { op: 3, d: presence(`number ${number}`) }));
      await bed.advance(1_000);
    }
    const presences = () => simulator.ledger.activity({ kind: 'command' });
    expect(presences()).toHaveLength(5);
    expect(simulator.state().sessions[0]?.presence).toEqual(presence('number 5'));
    await bed.advance(20_000);
    await Promise.all(sent);
    expect(presences()).toHaveLength(6);
    expect((presences()[5]?.at ?? 0) - (presences()[0]?.at ?? 0)).toBeGreaterThanOrEqual(20_000);
    expect(simulator.state().sessions[0]?.presence).toEqual(presence('number 8'));
    bed.clean();
    await bed.end();
  });

  it('A27 a presence update that waits holds no other command up', async () => {
    const bed = createVirtualBed();
    await bed.ready();
    const { gateway, simulator } = bed;
    for (let number = 1; number <= 6; number++)
      void gateway.sendShardMessage(gateway, 0, { op: 3, d: presence(`number ${number}`) });
    for (let number = 1; number <= 6; number++) await bed.advance(10);
    void gateway.sendShardMessage(gateway, 0, { op: 31, d: { guild_ids: simulator.guilds.ids() } });
    await bed.advance(100);
    expect(activityOf(simulator, 'command').map(({ op }) => op)).toContain(31);
    bed.clean();
    await bed.end();
  });
});

import { createGatewayManager } from '@shardgate/gateway';
import { assertClean, createSimulator } from '@shardgate/simulator';
import { describe, expect, it, vi } from 'vitest';
import { createVirtualBed } from '../beds/virtual-bed.ts';

const INTERVAL_MS = 41_250;

describe('A7 heartbeats without an acknowledgement', () => {
  it('A7 a connection that still brings events is kept, and the missing acknowledgement is told', async () => {
    const bed = createVirtualBed({ eventsPerSecond: 2 });
    await bed.ready();
    bed.simulator.fault({ kind: 'withhold-ack' });
    await bed.advance(6 * INTERVAL_MS);
    expect(bed.told('acknowledgementLate').length).toBeGreaterThanOrEqual(3);
    expect(bed.told('shardDisconnected')).toEqual([]);
    expect(bed.simulator.ledger.activity({ kind: 'connect' })).toHaveLength(1);
    bed.clean();
    await bed.end();
  });

  it('A7 a connection that brings nothing at all is ended resumably within two intervals', async () => {
    const bed = createVirtualBed();
    await bed.ready();
    // Only the first beat after this one proves anything: the guilds of READY have just come in.
    await bed.advance(2 * INTERVAL_MS);
    bed.simulator.fault({ kind: 'half-open' });
    await bed.until('the verdict', () => bed.told('shardDisconnected').length > 0, 2 * INTERVAL_MS + 1_000);
    expect(bed.told('shardDisconnected')).toMatchObject([{ cause: 'no sign of life' }]);
    await bed.until('the session goes on', bed.allReady);
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    bed.clean();
    await bed.end();
  });
});

describe('A8 a half-open peer', () => {
  it(
    'A8 on a real socket the new connection is there within five seconds of the verdict',
    { timeout: 20_000 },
    async () => {
      const simulator = createSimulator({ shards: 1, guilds: 2, heartbeatIntervalMs: 1_000 });
      const { apiUrl } = await simulator.start();
      const gateway = createGatewayManager({
        token: 'canary.token.value',
        apiUrl,
        intents: ['Guilds'],
        handleDiscordPayload: () => {},
      });
      let verdictAt: number | undefined;
      gateway.events.on('shardDisconnected', ({ cause }) => {
        if (cause === 'no sign of life') verdictAt ??= performance.now();
      });
      await gateway.spawnShards(gateway);
      expect(simulator.fault({ kind: 'half-open' }).hit).toBe(1);
      await vi.waitFor(() => expect(verdictAt).toBeDefined(), { timeout: 6_000, interval: 10 });
      await vi.waitFor(() => expect(simulator.ledger.activity({ kind: 'connect' })).toHaveLength(2), {
        timeout: 5_000,
        interval: 10,
      });
      expect(performance.now() - (verdictAt ?? 0)).toBeLessThan(5_000);
      await vi.waitFor(() => expect(gateway.shards.get(0)?.ready).toBe(true), { timeout: 5_000, interval: 10 });
      expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(1);
      assertClean(simulator);
      await gateway.stopGateway(gateway);
      await simulator.close();
    },
  );
});

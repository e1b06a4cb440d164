import { describe, expect, it } from 'vitest';
import { createGatewayManager } from '../src/index.ts';
import { createTestBed, HEARTBEAT_MS } from './test-bed.ts';

describe('spawnShards', () => {
  it('resolves when every shard is ready', async () => {
    const bed = createTestBed();
    const spawned = bed.gateway.spawnShards(bed.gateway);
    let resolved = false;
    void spawned.then(() => (resolved = true));
    await bed.clock.advance(10);
    bed.last.open();
    bed.last.receive({ op: 10, d: { heartbeat_interval: HEARTBEAT_MS } });
    await bed.clock.advance(10);
    expect(resolved).toBe(false);
    bed.last.receive({ op: 0, t: 'READY', s: 1, d: { session_id: 'a' } });
    await bed.clock.advance(10);
    expect(resolved).toBe(true);
  });

  it('rejects with the cause when Discord refuses the token, and tells it', async () => {
    const bed = createTestBed();
    const spawned = bed.gateway.spawnShards(bed.gateway);
    await bed.clock.advance(10);
    bed.last.open();
    bed.last.receive({ op: 10, d: { heartbeat_interval: HEARTBEAT_MS } });
    await bed.clock.advance(10);
    bed.last.close(4004);
    await expect(spawned).rejects.toMatchObject({ code: 'tokenRejected', status: 4004 });
    expect(bed.reported.some(([name]) => name === 'shardFatal')).toBe(true);
    await bed.clock.advance(600_000);
    expect(bed.sockets).toHaveLength(1);
    await expect(bed.gateway.spawnShards(bed.gateway)).rejects.toMatchObject({ code: 'tokenRejected' });
  });

  it.each([
    [{ token: '' }, "option 'token' is missing"],
    [{ maxShards: 4, firstShardId: 4 }, 'there is nothing to spawn'],
  ])('with %j it rejects with what is wrong', async (options, message) => {
    const bed = createTestBed(options);
    await expect(bed.gateway.spawnShards(bed.gateway)).rejects.toThrow(message);
    expect(bed.sockets).toHaveLength(0);
  });

  it('without a handler it rejects by its name', async () => {
    const gateway = createGatewayManager({ token: 'any' });
    await expect(gateway.spawnShards(gateway)).rejects.toThrow("option 'handleDiscordPayload' is missing");
  });

  it('starts a stopped gateway again by resuming', async () => {
    const bed = createTestBed();
    await bed.ready();
    const stopped = bed.gateway.stopGateway(bed.gateway);
    await bed.clock.advance(10);
    await stopped;
    void bed.gateway.spawnShards(bed.gateway);
    await bed.clock.advance(10);
    expect(bed.sockets).toHaveLength(2);
    bed.last.open();
    bed.last.receive({ op: 10, d: { heartbeat_interval: HEARTBEAT_MS } });
    expect(bed.last.sent).toMatchObject([{ op: 6, d: { session_id: 'session-1', seq: 1 } }]);
  });
});

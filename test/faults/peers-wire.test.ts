import { createGatewayManager } from '@shardgate/gateway';
import { describe, expect, it, vi } from 'vitest';
import { createVirtualBed } from '../beds/virtual-bed.ts';
import { startRawGateway } from './raw-gateway.ts';

describe('A23 a broken zlib stream', () => {
  it.each([
    ['a changed byte', { kind: 'corrupt-next', shard: 0 }],
    ['half a message', { kind: 'truncate-next', shard: 0 }],
    ['noise', { kind: 'garbage', shard: 0 }],
  ] as const)(
    'A23 %s closes that connection resumably with an event, and the session goes on in a fresh context',
    async (_what, fault) => {
      const bed = createVirtualBed({ shards: 2, maxConcurrency: 2 });
      await bed.ready();
      await bed.advance(2_000);
      const { simulator } = bed;
      const [guildId = ''] = simulator.guilds.ids({ shardId: 0, shardCount: 2 });
      simulator.fault(fault);
      simulator.emit({ t: 'MESSAGE_CREATE', guildId, count: 3 });
      await bed.until('the connection is ended', () => bed.gateway.shards.get(0)?.ready === false);
      expect(bed.told('protocolError')).toMatchObject([{ shardId: 0, code: expect.stringMatching(/\w/) as string }]);
      expect(simulator.ledger.activity({ kind: 'close', shardId: 0 })).toEqual([]);
      await bed.until('the session goes on', bed.allReady);
      expect(simulator.ledger.activity({ kind: 'close' })).toMatchObject([{ code: 3067, by: 'client', shard: [0, 2] }]);
      simulator.emit({ t: 'MESSAGE_CREATE', guildId, count: 3 });
      await bed.advance(100);
      expect([bed.identifies(), bed.resumes()]).toEqual([2, 1]);
      expect(bed.compare()).toEqual({ lost: [], duplicated: [], unknown: [], reordered: [] });
      bed.clean();
      await bed.end();
    },
  );
});

describe('A25 WebSocket continuation frames', () => {
  it.each([
    { compression: 'none', frames: 2, pings: false },
    { compression: 'none', frames: 7, pings: true },
    { compression: 'zlib-stream', frames: 2, pings: false },
    { compression: 'zlib-stream', frames: 7, pings: true },
  ] as const)(
    'A25 $frames frames a message are put together ($compression, pings between them: $pings)',
    async (options) => {
      const server = await startRawGateway(options);
      const received: unknown[] = [];
      const gateway = createGatewayManager({
        token: 'canary.token.value',
        urlWSS: server.url,
        maxShards: 1,
        maxConcurrency: 1,
        compression: options.compression,
        handleDiscordPayload: (_gateway, data) => {
          received.push([data.s, data.t, data.d]);
        },
      });
      const spawned = gateway.spawnShards(gateway);
      await vi.waitFor(() => expect(server.ops).toContain(2), { timeout: 5_000, interval: 10 });
      const ready = {
        v: 10,
        session_id: 's-1',
        resume_gateway_url: server.url,
        guilds: [],
        user: { id: '1' },
        application: { id: '2' },
      };
      await server.send({ t: 'READY', s: 1, op: 0, d: ready });
      await spawned;
      const messages = Array.from({ length: 20 }, (_, index) => ({
        id: String(index),
        content: `größe ${'~'.repeat(index * 40)} 🌊`,
      }));
      for (const [index, d] of messages.entries()) await server.send({ t: 'MESSAGE_CREATE', s: index + 2, op: 0, d });
      await vi.waitFor(() => expect(received).toHaveLength(21), { timeout: 5_000, interval: 10 });
      expect(received.slice(1)).toEqual(messages.map((d, index) => [index + 2, 'MESSAGE_CREATE', d]));
      expect(server.pongs() > 0).toBe(options.pings);
      await gateway.stopGateway(gateway);
      await server.close();
    },
  );
});

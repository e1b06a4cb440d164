import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventClient } from '@shardgate/client';
import { createSimulator } from '@shardgate/simulator';
import { SERVICE_TOKEN, startService } from '../beds/service-process.ts';
import type { DashboardHost } from './dashboard-host.ts';

/** A `shardgate start` of so many shards on a simulated Discord, which has just started. */
export async function startRealHost(shards: number): Promise<DashboardHost> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-dashboard-'));
  const simulator = createSimulator({
    shards,
    maxConcurrency: shards / 2,
    guilds: shards * 4,
    eventsPerSecond: 200,
    token: SERVICE_TOKEN,
  });
  const { apiUrl } = await simulator.start();
  const service = await startService({
    folder,
    apiUrl,
    // On loopback no key is needed: the page opens by itself.
    configuration: { admin: { port: 0 } },
  });
  const url = new URL('/', await service.adminUrl).href;
  const client = createEventClient({ url: `unix:${join(folder, 'bot.sock')}`, name: 'bot', handleEvent: () => {} });
  void client.connect();
  return {
    url,
    async kill(shardId) {
      simulator.fault({ kind: 'refuse-connect' });
      simulator.fault({ kind: 'drop', shard: shardId });
    },
    async revive() {
      simulator.clearFaults();
    },
    async close() {
      await client.close();
      service.child.kill('SIGTERM');
      await service.ended;
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

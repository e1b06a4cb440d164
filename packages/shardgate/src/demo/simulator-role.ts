import { createSimulator } from '@shardgate/simulator';
import { runRole, setting, tell } from './role.ts';

/** Guilds per simulated shard: a handful, so that every shard has something to say. */
const GUILDS_PER_SHARD = 5;

/** Discord, for those without a token. */
runRole(async () => {
  const shards = Number(setting('SIMULATOR_SHARDS'));
  const simulator = createSimulator({
    shards,
    guilds: shards * GUILDS_PER_SHARD,
    maxConcurrency: Math.min(16, shards),
    eventsPerSecond: Number(setting('SIMULATOR_RATE')),
  });
  const { apiUrl } = await simulator.start();
  tell({ type: 'listening', url: apiUrl });
  return () => simulator.close();
});

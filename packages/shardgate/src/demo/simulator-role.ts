import { createSimulator } from '@shardgate/simulator';
import { runRole, setting, tell } from './role.ts';

/** Guilds per simulated shard: a handful, so that every shard has something to say. */
const GUILDS_PER_SHARD = 5;
/** What Discord keeps for a resume of a large bot's shard. The default, for so few guilds, would be the hundred of a small one, whatever the rate. */
const REPLAY_LIMIT = 3_500;

/** Discord, for those without a token. */
runRole(async () => {
  const shards = Number(setting('SIMULATOR_SHARDS'));
  const simulator = createSimulator({
    shards,
    guilds: shards * GUILDS_PER_SHARD,
    maxConcurrency: Math.min(16, shards),
    eventsPerSecond: Number(setting('SIMULATOR_RATE')),
    replayLimit: REPLAY_LIMIT,
  });
  const { apiUrl } = await simulator.start();
  tell({ type: 'listening', url: apiUrl });
  let told = 0;
  const report = (isLast: boolean): void => {
    const news = simulator.ledger.dispatches({ after: told });
    told = news.at(-1)?.number ?? told;
    // RESUMED answers the gateway and is no event of the bot's.
    const ids = news
      .filter(({ t }) => t !== 'RESUMED')
      .map(({ shardId, shardCount, sessionId, seq }) => `${shardId}/${shardCount}:${sessionId}:${seq}`);
    tell({ type: 'sent', ids, isLast });
  };
  return {
    hear({ type }) {
      if (type === 'quiet') simulator.configure({ eventsPerSecond: 0 });
      report(type === 'quiet');
    },
    stop: () => simulator.close(),
  };
});

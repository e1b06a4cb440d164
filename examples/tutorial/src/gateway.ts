import { createGatewayManager, createRestManager, endpoints, httpForwarder } from 'shardgate';
import {
  DISCORD_TOKEN,
  EVENT_HANDLER_PORT,
  EVENT_HANDLER_SECRET_KEY,
  EVENT_HANDLER_URL,
  REST_AUTHORIZATION,
  REST_PORT,
} from './config.ts';

const rest = createRestManager({
  token: DISCORD_TOKEN,
  secretKey: REST_AUTHORIZATION,
  customUrl: `http://localhost:${REST_PORT}`,
});

const bot = await rest.runMethod(rest, 'get', endpoints.GATEWAY_BOT);

const gateway = createGatewayManager({
  token: DISCORD_TOKEN,
  secretKey: EVENT_HANDLER_SECRET_KEY,
  intents: ['Guilds', 'GuildMessages'],
  rest,
  urlWSS: bot.url,
  shardsRecommended: bot.shards,
  sessionStartLimitTotal: bot.session_start_limit.total,
  sessionStartLimitRemaining: bot.session_start_limit.remaining,
  sessionStartLimitResetAfter: bot.session_start_limit.reset_after,
  maxConcurrency: bot.session_start_limit.max_concurrency,
  maxShards: bot.shards,
  lastShardId: bot.shards,
  handleDiscordPayload: httpForwarder({
    url: `${EVENT_HANDLER_URL}:${EVENT_HANDLER_PORT}`,
    secretKey: EVENT_HANDLER_SECRET_KEY,
  }),
});

gateway.events.on('shardReady', ({ shardId, how }) => console.log(`shard ${shardId} ${how}`));
gateway.events.on('hookError', ({ method, shardId, error }) => console.error(`${method}, shard ${shardId}:`, error));
process.once('SIGTERM', () => void gateway.stopGateway(gateway));

await gateway.spawnShards(gateway);

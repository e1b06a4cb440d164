import { createGatewayManager, TransportCompression } from '@discordeno/gateway';
import { INTENTS, Refusal, runSubject, TOKEN } from './subject.ts';

const TRANSPORT = {
  none: null,
  'zlib-stream': TransportCompression.zlib,
  'zstd-stream': TransportCompression.zstd,
} as const;

/** As its guide shows it: events arrive camel-cased, its default. https://discordeno.js.org/docs/big-bot-guide/gateway */
runSubject(async ({ gatewayUrl, encoding, compression, shards }, onEvent) => {
  if (encoding !== 'json') throw new Refusal('@discordeno/gateway has no ETF');
  const gateway = createGatewayManager({
    token: TOKEN,
    intents: INTENTS,
    url: gatewayUrl,
    totalShards: shards,
    transportCompression: TRANSPORT[compression],
    connection: {
      url: gatewayUrl,
      shards,
      sessionStartLimit: { maxConcurrency: 1_000, remaining: 1_000_000, total: 1_000_000, resetAfter: 86_400_000 },
    },
    // Nothing to reshard, and no need to wait between shards of one bucket.
    resharding: { enabled: false },
    spawnShardDelay: 0,
    events: {
      message: (_shard, payload) => {
        if (payload.t !== null) onEvent(payload.t);
      },
    },
  } as Parameters<typeof createGatewayManager>[0]);
  await gateway.spawnShards();
});

import {
  createFileIdentifyLedger,
  createFileSessionStore,
  createGatewayManager,
  type GatewayOptions,
} from '@shardgate/gateway';
import { createRestManager, httpForwarder } from '@shardgate/rest';
import { runRole, setting, tell } from './role.ts';

/** Everything but the privileged intents (GuildMembers, GuildPresences, MessageContent). */
const OPEN_INTENTS = 53_575_421;
const STATE_FOLDER = './.shardgate';

/** The gateway process: holds the shards, forwards the events, and survives the restarts of everything else. */
runRole(async () => {
  const rest = createRestManager({
    token: setting('DISCORD_TOKEN'),
    secretKey: setting('REST_AUTHORIZATION'),
    customUrl: setting('REST_URL'),
  });
  const forward = httpForwarder({ url: setting('EVENT_HANDLER_URL'), secretKey: setting('EVENT_HANDLER_SECRET_KEY') });
  // A simulated bot's sessions die with its simulator; a real bot's are kept for the next start.
  const stores: Pick<GatewayOptions, 'sessionStore' | 'identifyLedger'> =
    setting('KEEP_SESSIONS') === 'yes'
      ? { sessionStore: createFileSessionStore({ path: STATE_FOLDER }), identifyLedger: createFileIdentifyLedger() }
      : {};
  let received = 0;
  let pending = 0;
  let lagMs = 0;
  const gateway = createGatewayManager({
    token: setting('DISCORD_TOKEN'),
    intents: OPEN_INTENTS,
    rest,
    ...stores,
    handleDiscordPayload: async (manager, data, shardId) => {
      const receivedAt = performance.now();
      received++;
      pending++;
      try {
        await forward(manager, data, shardId);
      } finally {
        pending--;
        lagMs = Math.max(lagMs, performance.now() - receivedAt);
      }
    },
  });
  gateway.events.on('shardFatal', ({ shardId, remedy }) =>
    tell({ type: 'failed', text: `shard ${shardId}: ${remedy}` }),
  );
  gateway.events.on('gatewayBotError', ({ error }) =>
    tell({ type: 'note', text: `cannot read /gateway/bot: ${String(error)}` }),
  );
  gateway.events.on('shardDisconnected', ({ shardId, cause }) =>
    tell({ type: 'note', text: `shard ${shardId} reconnects: ${cause}` }),
  );
  gateway.events.on('gap', ({ shardId, cause }) =>
    tell({ type: 'note', text: `shard ${shardId} could not continue its session: ${cause}` }),
  );
  let total = 0;
  gateway.events.on('spawnProgress', (progress) => {
    total = progress.total;
  });
  gateway.spawnShards(gateway).catch((error: Error) => {
    if (!gateway.runtime.stopping.signal.aborted) tell({ type: 'failed', text: error.message });
  });
  const timer = setInterval(() => {
    const ready = gateway.shards.filter((shard) => shard.ready).size;
    tell({ type: 'gateway', ready, total, received, pending, lagMs: Math.round(lagMs) });
    received = 0;
    lagMs = 0;
  }, 1000);
  return async () => {
    clearInterval(timer);
    await gateway.stopGateway(gateway);
    await forward.close();
    await rest.close(rest);
  };
});

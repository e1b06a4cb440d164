import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createDelivery, createJournal, createWebSocketSink } from '@shardgate/delivery';
import { createFileIdentifyLedger, createGatewayManager, systemClock } from '@shardgate/gateway';
import { createRestManager } from '@shardgate/rest';
import { runRole, setting, tell } from './role.ts';

/** Everything but the privileged intents (GuildMembers, GuildPresences, MessageContent). */
const OPEN_INTENTS = 53_575_421;
const REPORT_MS = 500;

/** The gateway process: holds the shards, keeps each event until the bot has acknowledged it, and survives the bot's restarts and its own. */
runRole(async () => {
  const rest = createRestManager({
    token: setting('DISCORD_TOKEN'),
    secretKey: setting('REST_AUTHORIZATION'),
    customUrl: setting('REST_URL'),
  });
  const folder = setting('STATE_FOLDER');
  // A server of ours: a later process of this role has to be found at the same address.
  const server = createServer((_request, response) => response.writeHead(426).end('this is a WebSocket\n'));
  const sink = createWebSocketSink({ name: 'bot', server, secretKey: setting('EVENTS_SECRET_KEY') });
  const journal = createJournal({ path: join(folder, 'journal'), sinks: [sink.name], clock: systemClock });
  const delivery = createDelivery({ sinks: [sink], journal });
  delivery.events.on('journalDamage', ({ detail }) => tell({ type: 'note', text: `journal: ${detail}` }));
  delivery.events.on('error', ({ where, error }) => tell({ type: 'note', text: `${where}: ${String(error)}` }));
  await delivery.start(delivery);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(setting('EVENTS_PORT')), '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  tell({ type: 'listening', url: `ws://127.0.0.1:${port}` });

  const gateway = createGatewayManager({
    token: setting('DISCORD_TOKEN'),
    intents: OPEN_INTENTS,
    rest,
    sessionStore: journal.sessions,
    identifyLedger: createFileIdentifyLedger({ path: join(folder, 'identifies.json') }),
    // How far the bot is, written ten times a second: so little comes again after a kill.
    checkpointInterval: 100,
    // The bot gets everything that Discord sends, so that the two can be compared.
    filters: { loadedGuilds: false, unavailableGuilds: false, editedMessages: false },
  });
  delivery.attach(delivery, gateway);
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
    const status = delivery.status(delivery);
    tell({
      type: 'gateway',
      ready: gateway.shards.filter((shard) => shard.ready).size,
      total,
      waiting: status.lanes.reduce((sum, { lag }) => sum + lag, 0),
      journalBytes: status.journal?.bytes ?? 0,
    });
  }, REPORT_MS);
  return {
    async stop() {
      clearInterval(timer);
      await gateway.stopGateway(gateway);
      await delivery.stop(delivery);
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
      await rest.close(rest);
    },
  };
});

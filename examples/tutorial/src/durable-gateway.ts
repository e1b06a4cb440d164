import {
  createDelivery,
  createFileIdentifyLedger,
  createGatewayManager,
  createJournal,
  createRestManager,
  createWebSocketSink,
  systemClock,
} from 'shardgate';
import {
  DISCORD_TOKEN,
  EVENT_HANDLER_SECRET_KEY,
  EVENTS_PORT,
  REST_AUTHORIZATION,
  REST_PORT,
  STATE_FOLDER,
} from './config.ts';

const sink = createWebSocketSink({ name: 'bot', port: EVENTS_PORT, secretKey: EVENT_HANDLER_SECRET_KEY });
const journal = createJournal({ path: `${STATE_FOLDER}/journal`, sinks: [sink.name], clock: systemClock });
const delivery = createDelivery({ sinks: [sink], journal });

const gateway = createGatewayManager({
  token: DISCORD_TOKEN,
  intents: ['Guilds', 'GuildMessages'],
  rest: createRestManager({
    token: DISCORD_TOKEN,
    secretKey: REST_AUTHORIZATION,
    customUrl: `http://localhost:${REST_PORT}`,
  }),
  sessionStore: journal.sessions,
  identifyLedger: createFileIdentifyLedger({ path: `${STATE_FOLDER}/identifies.json` }),
});

gateway.events.on('shardReady', ({ shardId, how }) => console.log(`shard ${shardId} ${how}`));
delivery.events.on('gap', ({ shardId, cause, count }) => console.error(`shard ${shardId}: ${count} lost, ${cause}`));
delivery.events.on('overflow', ({ full }) => console.error(full ? 'the journal is full' : 'the journal has room'));

await delivery.start(delivery);
delivery.attach(delivery, gateway);

async function stop(): Promise<void> {
  await gateway.stopGateway(gateway);
  await delivery.stop(delivery);
}

process.once('SIGTERM', () => void stop());
await gateway.spawnShards(gateway);

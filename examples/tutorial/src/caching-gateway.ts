import {
  createDelivery,
  createFileIdentifyLedger,
  createGatewayManager,
  createJournal,
  createRestManager,
  createWebSocketSink,
  systemClock,
} from 'shardgate';
import { createState } from '@shardgate/state';
import { createLmdbStore } from '@shardgate/state/lmdb';
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

const state = createState({
  stores: [createLmdbStore({ path: `${STATE_FOLDER}/state` })],
  kinds: { message: true },
  messagesPerChannel: 200,
});

gateway.events.on('shardReady', ({ shardId, how }) => console.log(`shard ${shardId} ${how}`));
delivery.events.on('gap', ({ shardId, cause, count }) => console.error(`shard ${shardId}: ${count} lost, ${cause}`));
state.events.on('error', ({ where, error }) => console.error(`${where}: ${String(error)}`));

await delivery.start(delivery);
await state.start(state);
delivery.attach(delivery, gateway);
state.attach(state, gateway);

async function stop(): Promise<void> {
  await gateway.stopGateway(gateway);
  await delivery.stop(delivery);
  await state.stop(state);
}

process.once('SIGTERM', () => void stop());
await gateway.spawnShards(gateway);

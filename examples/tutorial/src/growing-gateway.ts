import { createInterface } from 'node:readline';
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
gateway.events.on('reshardProgress', ({ phase, from, to, ready, total, etaMs }) =>
  console.log(`${from} to ${to} shards: ${phase}, ${ready} of ${total} ready, ${Math.ceil(etaMs / 1_000)} s to go`),
);
gateway.events.on('resharded', ({ to }) => console.log(`${to.shardCount} shards have taken over`));
gateway.events.on('reshardRolledBack', ({ reason }) => console.error(`resharding was given up: ${reason}`));

await delivery.start(delivery);
delivery.attach(delivery, gateway);

const terminal = createInterface({ input: process.stdin });
terminal.on('line', (line) => void obey(line));

async function obey(line: string): Promise<void> {
  if (line === 'check') console.log((await gateway.reshardNeeded(gateway)).reason);
  else console.log((await gateway.resharder(gateway, { maxShards: Number(line) })).reason);
}

async function stop(): Promise<void> {
  terminal.close();
  await gateway.stopGateway(gateway);
  await delivery.stop(delivery);
}

process.once('SIGTERM', () => void stop());
await gateway.spawnShards(gateway);

// A gateway with a journal and a stream sink in a process of its own, which kills itself at a named moment when it is told to. Started by the tests.
import { join } from 'node:path';
import { createDelivery, createJournal, createUnixSink, createWebSocketSink } from '@shardgate/delivery';
import { createFileIdentifyLedger, createGatewayManager, systemClock } from 'shardgate';
import { createCrashPoints } from './delivery-crash-points.mjs';
import { createBreakableStore } from './delivery-store.mjs';

const {
  apiUrl,
  token,
  folder,
  sinks,
  journal: journalOptions,
  delivery: deliveryOptions,
  crash,
} = JSON.parse(process.env.GATEWAY);
const points = createCrashPoints((point) => process.send({ type: 'crashing', point }));
if (crash !== undefined) points.arm(crash);
const path = join(folder, 'journal');
const disk = createBreakableStore(path);
const journal = points.onJournal(
  createJournal({
    path,
    sinks: sinks.filter(({ required = true }) => required).map(({ name }) => name),
    clock: systemClock,
    store: points.onStore(disk.store),
    ...journalOptions,
  }),
);
const streams = sinks.map(({ kind, name, ackTimeoutMs }) =>
  kind === 'unix'
    ? createUnixSink({ name, ackTimeoutMs, path: join(folder, `${name}.sock`) })
    : createWebSocketSink({ name, ackTimeoutMs, port: 0 }),
);
const delivery = createDelivery({
  sinks: streams.map((sink, index) => ({ sink: points.onSink(sink), required: sinks[index].required ?? true })),
  journal,
  ...deliveryOptions,
});
const gateway = createGatewayManager({
  token,
  apiUrl,
  intents: ['Guilds', 'GuildMessages', 'GuildMessageReactions', 'GuildMessageTyping', 'GuildVoiceStates'],
  filters: { loadedGuilds: false, unavailableGuilds: false, editedMessages: false },
  sessionStore: delivery.sessionStore,
  identifyLedger: createFileIdentifyLedger({ path: join(folder, 'identifies.json') }),
});

const troubles = [];
const tell = (name) => (event) => troubles.push({ name, event: JSON.stringify(event), error: String(event?.error) });
for (const name of ['gap', 'hookError']) gateway.events.on(name, tell(name));
for (const name of ['gap', 'error', 'journalDamage', 'deadLetter', 'overflow']) delivery.events.on(name, tell(name));

let peakRss = 0;
setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), 50).unref();
const answers = {
  crash: ({ point, skip, journalAfterMs = delivery.journalAfterMs }) => {
    delivery.journalAfterMs = journalAfterMs;
    points.arm({ point, skip });
  },
  break: ({ code, only }) => disk.fail(code, only),
  forget: () => {
    globalThis.gc?.();
    peakRss = process.memoryUsage.rss();
  },
  status: ({ id }) =>
    process.send({
      type: 'status',
      id,
      status: {
        memory: process.memoryUsage(),
        peakRss,
        troubles,
        // Lanes and journal.
        ...delivery.status(delivery),
        streams: streams.map((sink) => sink.status()),
        shards: Array.from(gateway.shards.values(), ({ id: shardId, ready, status, rtt, inFlightEvents }) => ({
          shardId,
          ready,
          status,
          rtt,
          inFlightEvents,
        })),
      },
    }),
  stop: async () => {
    await gateway.stopGateway(gateway);
    await delivery.stop(delivery);
    process.disconnect();
  },
};
process.on('message', (message) => void answers[message.type](message));
process.on('disconnect', () => process.exit());

await delivery.start(delivery);
delivery.attach(delivery, gateway);
points.onGateway(gateway);
await gateway.spawnShards(gateway);
const addresses = streams.map((sink) =>
  'path' in sink ? `unix:${sink.path}` : `ws://127.0.0.1:${sink.address.port}/`,
);
process.send({ type: 'ready', addresses });

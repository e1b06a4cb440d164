// A gateway with a delivery whose bot never comes: all it receives waits in the journal. Started by the tests.
import { join } from 'node:path';
import { createDelivery, createGatewayManager, createJournal, createUnixSink, systemClock } from 'shardgate';

const { API_URL, FOLDER, TOKEN } = process.env;
const sink = createUnixSink({ name: 'bot', path: join(FOLDER, 'bot.sock') });
const journal = createJournal({
  path: join(FOLDER, 'journal'),
  sinks: [sink.name],
  segmentBytes: 65_536,
  clock: systemClock,
});
const delivery = createDelivery({ sinks: [sink], journal, journalAfterMs: 0 });
const gateway = createGatewayManager({
  token: TOKEN,
  apiUrl: API_URL,
  intents: ['Guilds', 'GuildMessages', 'GuildMessageReactions', 'GuildMessageTyping', 'GuildVoiceStates'],
  filters: { loadedGuilds: false, unavailableGuilds: false, editedMessages: false },
  sessionStore: journal.sessions,
});
await delivery.start(delivery);
delivery.attach(delivery, gateway);
process.on('message', (command) => {
  if (command === 'flush') void journal.flush().then(() => process.send({ type: 'flushed' }));
});
await gateway.spawnShards(gateway);
process.send({ type: 'ready' });

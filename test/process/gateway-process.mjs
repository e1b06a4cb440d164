// A gateway in a process of its own: every event goes into a log file before its handler returns. Started by the tests.
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createFileIdentifyLedger, createFileSessionStore, createGatewayManager } from 'shardgate';

const { API_URL, FOLDER, TOKEN } = process.env;
const log = openSync(join(FOLDER, 'events.log'), 'a');
const gateway = createGatewayManager({
  token: TOKEN,
  apiUrl: API_URL,
  intents: ['Guilds', 'GuildMessages', 'GuildMessageReactions', 'GuildMessageTyping', 'GuildVoiceStates'],
  filters: { loadedGuilds: false, unavailableGuilds: false, editedMessages: false },
  sessionStore: createFileSessionStore({ path: FOLDER }),
  identifyLedger: createFileIdentifyLedger({ path: join(FOLDER, 'identifies.json') }),
  handleDiscordPayload: (manager, data, shardId) => {
    writeSync(log, `${manager.shards.get(shardId).sessionId} ${data.s} ${shardId} ${data.t}\n`);
  },
});
gateway.events.on('gap', (gap) => process.send({ type: 'gap', gap }));
gateway.events.on('hookError', ({ method, error }) =>
  process.send({ type: 'hookError', method, error: String(error) }),
);
process.on('message', (command) => {
  if (command === 'stop') void gateway.stopGateway(gateway).then(() => process.disconnect());
});
await gateway.spawnShards(gateway);
process.send({ type: 'ready' });

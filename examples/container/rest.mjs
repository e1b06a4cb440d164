import { readFileSync } from 'node:fs';
import { createRestProcess } from 'shardgate';

// The REST process: every call of the bot and of the gateway goes through its rate limits.
const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();

const restProcess = createRestProcess({
  token: secret('discord_token'),
  secretKey: secret('rest_key'),
  host: '0.0.0.0',
  port: 8000,
});
await restProcess.start(restProcess);

process.once('SIGTERM', () => void restProcess.stop(restProcess));

import { createRestProcess } from 'shardgate';
import { DISCORD_API_URL, DISCORD_TOKEN, REST_AUTHORIZATION, REST_PORT } from './config.ts';

const restProcess = createRestProcess({
  token: DISCORD_TOKEN,
  secretKey: REST_AUTHORIZATION,
  port: REST_PORT,
  discordUrl: DISCORD_API_URL,
});

const { url } = await restProcess.start(restProcess);
console.log(`REST process ready at ${url}`);
process.once('SIGTERM', () => void restProcess.stop(restProcess));

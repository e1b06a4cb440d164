// A REST process in a process of its own, for sigterm.test.ts: stops on SIGTERM and must then end by itself.
import { createRestProcess } from '../dist/index.js';

const restProcess = createRestProcess({ token: 'token', port: 0, discordUrl: process.env.DISCORD_URL });
const { url } = await restProcess.start(restProcess);
process.once('SIGTERM', () => {
  process.send('stopping');
  void restProcess.stop(restProcess).then(() => process.disconnect());
});
process.send(url);

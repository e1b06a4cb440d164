import { createEventClient } from 'shardgate';
import { openStateReader } from '@shardgate/state/reader';
import { EVENT_HANDLER_SECRET_KEY, EVENTS_PORT, STATE_FOLDER } from './config.ts';

const cache = await openStateReader({ path: `${STATE_FOLDER}/state` });
console.log(`${cache.counts().guild} guilds are known`);

const client = createEventClient({
  url: `ws://127.0.0.1:${EVENTS_PORT}`,
  name: 'bot',
  secretKey: EVENT_HANDLER_SECRET_KEY,
});

client.on('MESSAGE_UPDATE', (message, { old }) => {
  const channel = cache.channel(message.channel_id);
  console.log(`#${channel?.name}: "${textOf(old)}" became "${message.content}"`);
});
client.on('MESSAGE_DELETE', ({ id }, { old }) => console.log(`${id} said "${textOf(old)}"`));
client.on('error', (error) => console.error(String(error)));

function textOf(old: unknown): string {
  return typeof old === 'object' && old !== null && 'content' in old ? String(old.content) : 'nobody knows what';
}

process.once('SIGTERM', () => void client.close().then(() => cache.close()));

await client.connect();
console.log('bot ready');

import { createEventClient } from 'shardgate';
import { EVENT_HANDLER_SECRET_KEY, EVENTS_PORT } from './config.ts';

const client = createEventClient({
  url: `ws://127.0.0.1:${EVENTS_PORT}`,
  name: 'bot',
  secretKey: EVENT_HANDLER_SECRET_KEY,
});

client.on('MESSAGE_CREATE', async (message, event) => {
  console.log(`${event.id} ${message.author.username}: ${message.content}`);
});
client.on('gap', ({ shardId, count, cause }) => console.error(`shard ${shardId}: ${count} lost, ${cause}`));
client.on('error', (error) => console.error(String(error)));
process.once('SIGTERM', () => void client.close());

await client.connect();
console.log('bot ready');

// Takes events from the lists of tatsu's kind: node redis-consumer.mjs [redis://host:port]
import { createClient } from 'redis';

const redis = await createClient({ url: process.argv[2] ?? 'redis://localhost:6379' }).connect();
const lists = ['gateway:events:INTERACTION_CREATE', 'gateway:events:MESSAGE_CREATE'];

for (;;) {
  const popped = await redis.blPop(lists, 0);
  if (popped !== null) console.log(popped.key, JSON.parse(popped.element).id);
}

// A bot of tatsuworks/gateway, written from its contract alone: node tatsu-list-consumer.mjs <redis url> <event names> <file>
// It pops the data of events from a list for each name; an event of a name in front comes first. Commands go to the list `gateway:op`.
import { createClient } from 'redis';
import { lineFile } from './line-file.mjs';

const [url, names, file] = process.argv.slice(2);
const write = lineFile(file);
const redis = await createClient({ url }).connect();
const lists = names.split(',').map((name) => `gateway:events:${name}`);
const AT_A_TIME = 100;

const orders = {
  '!members': ({ guild_id }) =>
    redis.rPush('gateway:op', JSON.stringify({ op: 8, d: { guild_id, query: '', limit: 0, nonce: 'asked-for' } })),
  '!voice': ({ guild_id, channel_id }) =>
    redis.rPush(
      'gateway:op',
      JSON.stringify({ op: 4, d: { guild_id, channel_id, self_mute: false, self_deaf: true } }),
    ),
};

const handle = async (list, elements) => {
  const t = list.slice('gateway:events:'.length);
  const events = elements.map((element) => ({ t, d: JSON.parse(element) }));
  write(...events);
  for (const { d } of events) if (t === 'MESSAGE_CREATE') await orders[d.content]?.(d);
};

for (;;) {
  const popped = await redis.blPop(lists, 5);
  if (popped === null) continue;
  await handle(popped.key, [popped.element]);
  await handle(popped.key, (await redis.lPopCount(popped.key, AT_A_TIME)) ?? []);
}

// A bot of twilight-dispatch, written from that project's documentation alone: node twilight-consumer.mjs <amqp url> <redis url> <file>
// It takes events from `gateway.recv`, reads the cache in Redis, and sends commands to `gateway.send`.
import { connect } from 'amqplib';
import { createClient } from 'redis';
import { lineFile } from './line-file.mjs';

const [amqpUrl, redisUrl, file] = process.argv.slice(2);
const write = lineFile(file);
const redis = await createClient({ url: redisUrl }).connect();
const channel = await (await connect(amqpUrl)).createChannel();
await channel.assertExchange('gateway', 'topic', { durable: true });
await channel.assertQueue('gateway.recv', { durable: true });
await channel.assertQueue('gateway.send', { durable: true });
await channel.prefetch(500);

const read = async (key) => {
  const text = await redis.get(key);
  return text === null ? null : JSON.parse(text);
};
const send = (shard, op, d) => {
  const body = { op: 0, shard, data: { op, d } };
  channel.sendToQueue('gateway.send', Buffer.from(JSON.stringify(body)));
};
const shardOf = async (guildId) => Number((BigInt(guildId) >> 22n) % BigInt(await read('gateway_shards')));

/** What its users can ask for, in a message. */
const orders = {
  '!members': async ({ guild_id }) =>
    send(await shardOf(guild_id), 8, { guild_id, query: '', limit: 0, nonce: 'asked-for' }),
  '!voice': async ({ guild_id, channel_id }) =>
    send(await shardOf(guild_id), 4, { guild_id, channel_id, self_mute: false, self_deaf: true }),
  '!restart': async ({ guild_id }) =>
    channel.sendToQueue('gateway.send', Buffer.from(JSON.stringify({ op: 1, shard: await shardOf(guild_id) }))),
  '!cache': async ({ guild_id, channel_id, id }) => {
    const keys = await redis.sMembers(`guild_keys:${guild_id}`);
    const channels = keys.map((key) => key.split(':')).filter(([kind]) => kind === 'channel');
    write({
      cache: {
        message: await read(`message:${channel_id}:${id}`),
        channel: await read(`channel:${channel_id}`),
        guild: await read(`guild:${guild_id}`),
        channels: channels.map((parts) => parts.at(-1)),
        shards: await read('gateway_shards'),
        started: (await read('gateway_started')).split('.')[0],
        sessions: await read('gateway_sessions'),
        statuses: await read('gateway_statuses'),
      },
    });
  },
};

const handle = async (message) => {
  const { op, t, d, old } = JSON.parse(message.content.toString());
  if (op !== 0) return channel.ack(message);
  write({ t, d, old });
  channel.ack(message);
  if (t === 'MESSAGE_CREATE') await orders[d.content]?.(d);
};

await channel.consume('gateway.recv', (message) => void handle(message));

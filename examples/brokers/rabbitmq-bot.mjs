// A bot behind RabbitMQ. Start it with AMQP_URL set, as often as you like: each event goes to one of them.
import amqplib from 'amqplib';

const connection = await amqplib.connect(process.env.AMQP_URL ?? 'amqp://guest:guest@127.0.0.1');
const channel = await connection.createChannel();
await channel.assertQueue('gateway.recv', { durable: true });
await channel.prefetch(50);

// What was handled lately, since an event can come twice when a confirmation was lost.
const seen = new Set();

await channel.consume('gateway.recv', (message) => {
  if (message === null) throw new Error('the queue gateway.recv was deleted');
  const { messageId, headers } = message.properties;
  if (messageId === undefined || !seen.has(messageId)) {
    const { t, d } = JSON.parse(message.content.toString());
    if (t === 'MESSAGE_CREATE' && d.content === '!voice') joinVoice(headers.shard, d);
    if (t === 'GAP') console.warn(`shard ${d.shardId} lost events: ${d.cause}`);
  }
  seen.add(messageId);
  if (seen.size > 100_000) seen.delete(seen.values().next().value);
  // Only now: what is not acknowledged comes again.
  channel.ack(message);
});

/** Sends on the shard that the message came from. */
function joinVoice(shard, { guild_id, channel_id }) {
  const d = { guild_id, channel_id, self_mute: false, self_deaf: true };
  channel.sendToQueue('gateway.send', Buffer.from(JSON.stringify({ op: 0, shard, data: { op: 4, d } })));
}

// Reads events from JetStream and acknowledges them: node nats-consumer.mjs [host:port]
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const connection = await connect({ servers: process.argv[2] ?? 'localhost:4222' });
const manager = await jetstreamManager(connection);
await manager.consumers.add('DISCORD', { durable_name: 'bot', ack_policy: 'explicit' });
const consumer = await jetstream(connection).consumers.get('DISCORD', 'bot');

for await (const message of await consumer.consume()) {
  const { id, t } = message.json();
  console.log(id, t);
  message.ack();
}

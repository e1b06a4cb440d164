import amqplib from 'amqplib';
import { readPayload } from '@shardgate/wire';
import type { Path } from './path.ts';

const EXCHANGE = 'bare';

/** What the server and its client library can do by themselves: the same messages, persistent and confirmed, to a queue of the same kind. */
export async function createAmqplibPath(url: string): Promise<Path> {
  const connection = await amqplib.connect(url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
  await channel.assertQueue(EXCHANGE, { durable: true });
  await channel.bindQueue(EXCHANGE, EXCHANGE, '#');
  const path: Path = {
    address: '',
    hand(bytes, shardId) {
      const { t } = readPayload(bytes);
      channel.publish(EXCHANGE, String(t), bytes, { persistent: true }, () => path.onAcknowledged(shardId, 1));
    },
    onAcknowledged: () => {},
    journaled: () => 0,
  };
  return path;
}

import type { Channel, ChannelModel } from 'amqplib';
import { NOT_FOUND } from './reply-codes.ts';
import type { AmqpSinkSettings } from './sink-options.ts';

type Topology = Pick<AmqpSinkSettings, 'exchange' | 'queue' | 'queueType' | 'maxLength' | 'deadLetterExchange'>;

/** Declares exchange, queue and binding; all of that may be there already. */
export async function declareTopology(channel: Channel, topology: Topology): Promise<void> {
  const { exchange, queue, queueType, maxLength, deadLetterExchange } = topology;
  await channel.assertExchange(exchange, 'topic', { durable: true });
  if (queue === undefined) return;
  await channel.assertQueue(queue, {
    durable: true,
    ...(deadLetterExchange === undefined ? {} : { deadLetterExchange }),
    // Refused, not dropped: what the broker confirms it has.
    ...(maxLength === undefined ? {} : { maxLength, overflow: 'reject-publish' }),
    // Without the argument a queue is classic, and equal to the one that twilight-dispatch or its bots declare.
    ...(queueType === 'quorum' ? { arguments: { 'x-queue-type': 'quorum' } } : {}),
  });
  await channel.bindQueue(queue, exchange, '#');
}

/** Whether exchange and queue are there. */
export async function topologyExists(connection: ChannelModel, { exchange, queue }: Topology): Promise<boolean> {
  // The broker closes a channel on which something was asked for that is not there.
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    await channel.checkExchange(exchange);
    if (queue !== undefined) await channel.checkQueue(queue);
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === NOT_FOUND) return false;
    throw error;
  }
  await channel.close();
  return true;
}

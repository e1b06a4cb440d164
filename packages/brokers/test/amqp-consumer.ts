import { connect, type Channel, type ConsumeMessage } from 'amqplib';
import { onTestFinished } from 'vitest';

/** A bot of twilight-dispatch: knows the two queues and the bodies, and nothing of Shardgate. */
export interface Dispatched {
  readonly op: number;
  readonly t: string;
  readonly d: Record<string, unknown>;
  readonly old?: unknown;
}

export interface AmqpConsumer {
  readonly channel: Channel;
  /** What was handled, in order. */
  readonly got: Dispatched[];
  readonly messages: ConsumeMessage[];
  end(): Promise<void>;
}

/** Takes what is in a queue, and acknowledges each message after handling it. */
export async function startConsumer(url: string, queue = 'gateway.recv'): Promise<AmqpConsumer> {
  const consumer = await openChannel(url);
  const got: Dispatched[] = [];
  const messages: ConsumeMessage[] = [];
  await consumer.channel.prefetch(200);
  await consumer.channel.consume(queue, (message) => {
    if (message === null) return;
    const event = JSON.parse(message.content.toString()) as Dispatched;
    if (event.op === 0) got.push(event);
    messages.push(message);
    consumer.channel.ack(message);
  });
  return { ...consumer, got, messages };
}

/** A connection of a test's own. */
export async function openChannel(url: string): Promise<Pick<AmqpConsumer, 'channel' | 'end'>> {
  const connection = await connect(url);
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  const end = (): Promise<void> => connection.close().catch(() => {});
  onTestFinished(end);
  return { channel, end };
}

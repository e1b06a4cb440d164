import { RefusedError, type Batch, type Sink } from '@shardgate/delivery';
import { SEND_BYTES } from './defaults.ts';
import { kafkaMessage, weightOfMessage } from './kafka-message.ts';
import { readKafkaOptions, type KafkaSinkOptions } from './kafka-options.ts';
import type { KafkaMessage } from './kafka-producer.ts';
import { isTooLarge } from './kafka-trouble.ts';
import { createProducerLink, type ProducerLink } from './producer-link.ts';

/** A batch that waits for its turn. */
interface Work {
  readonly batch: Batch;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Creates a sink that writes to a Kafka topic: the key is the shard, so that each shard's events stand in one partition, in order. One send at a
 * time, with whatever waits of all shards.
 *
 * @throws {TypeError | RangeError} an option is unknown, wrong or missing; passwords are never shown
 */
export function createKafkaSink(options: KafkaSinkOptions): Sink {
  const settings = readKafkaOptions(options);
  const { name, where, topic, body } = settings;
  let link: ProducerLink | undefined;
  let queue: Work[] = [];
  let isSending = false;
  /** After messages that were too large together: one batch at a time, until one got through. */
  let isCareful = false;

  const giveUp = (error: Error): void => {
    const given = queue;
    queue = [];
    for (const { reject } of given) reject(error);
  };

  /** The next batches of the queue, and their messages. */
  const gather = (): { works: Work[]; messages: KafkaMessage[] } => {
    const works: Work[] = [];
    const messages: KafkaMessage[] = [];
    let bytes = 0;
    for (let work = queue[0]; work !== undefined && bytes < SEND_BYTES; work = queue[0]) {
      if (works.length > 0 && isCareful) break;
      queue.shift();
      // Given up while it waited: the lane has it again.
      if (work.batch.signal.aborted) {
        work.reject(new Error('given up'));
        continue;
      }
      const made = work.batch.records.map((record) => kafkaMessage(record, body));
      const size = made.reduce((sum, message) => sum + weightOfMessage(message), 0);
      if (works.length > 0 && bytes + size > SEND_BYTES) {
        queue.unshift(work);
        break;
      }
      bytes += size;
      works.push(work);
      messages.push(...made);
    }
    return { works, messages };
  };

  /** Does not reject. */
  const pump = async (over: ProducerLink): Promise<void> => {
    if (isSending) return;
    isSending = true;
    try {
      while (queue.length > 0 && over === link) await sendNext(over);
    } finally {
      isSending = false;
    }
  };

  const sendNext = async (over: ProducerLink): Promise<void> => {
    const { works, messages } = gather();
    if (works.length === 0) return;
    try {
      await over.send(messages);
      isCareful = false;
      for (const { resolve } of works) resolve();
    } catch (error) {
      const words = `not stored by Kafka ${where}: ${error instanceof Error ? error.message : 'unknown reason'}`;
      const isRefused = isTooLarge(error);
      // Of several nobody knows which one it was.
      const failure = isRefused && works.length === 1 ? new RefusedError(tooLarge()) : new Error(words);
      isCareful ||= isRefused && works.length > 1;
      for (const { reject } of works) reject(failure);
      giveUp(new Error(words));
    }
  };

  const tooLarge = (): string =>
    `an event is larger than the topic ${topic} of Kafka ${where} takes (max.message.bytes)`;

  return {
    name,
    open: (door) => {
      link?.stop();
      giveUp(new Error('the sink was opened anew'));
      link = createProducerLink(settings, door.report, (ready) => door.setReady(ready));
      link.start();
    },
    deliver: (batch) =>
      new Promise((resolve, reject) => {
        if (link?.isReady !== true) return reject(new Error(`Kafka ${where} is not ready`));
        queue.push({ batch, resolve, reject });
        void pump(link);
      }),
    close: async () => {
      const closing = link;
      link = undefined;
      giveUp(new Error('the sink was closed'));
      closing?.stop();
    },
  };
}

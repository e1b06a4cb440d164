import type { KafkaConfig, Message, Producer } from 'kafkajs';
import { loadLibrary } from '../client-library.ts';
import { RETRY } from './defaults.ts';

/** A message, as KafkaJS takes it. */
export interface KafkaMessage {
  /** The shard's id: messages with the same key keep their order. */
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly timestamp: string;
}

/** A producer, as KafkaJS and those that follow it have one. It must be idempotent and wait for all in-sync replicas. */
export interface KafkaProducer {
  connect(): Promise<void>;
  /** Resolves when the messages are stored. */
  send(record: { readonly topic: string; messages: KafkaMessage[] }): Promise<unknown>;
  disconnect(): Promise<void>;
}

/** Makes producers with KafkaJS. */
export function kafkajsProducer(config: KafkaConfig): () => Promise<KafkaProducer> {
  return async () => {
    const { default: library } = await loadLibrary('Kafka', 'kafkajs', () => import('kafkajs'));
    const { Kafka, Partitioners, logLevel } = library;
    // What it has to say stands in the errors it throws.
    const kafka = new Kafka({ ...config, logLevel: logLevel.NOTHING });
    const producer: Producer = kafka.producer({
      idempotent: true,
      // One at a time on each connection, or a second one could be stored where the first was not.
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: RETRY,
    });
    return {
      connect: () => producer.connect(),
      send: ({ topic, messages }) => producer.send({ topic, messages: messages satisfies Message[], acks: -1 }),
      disconnect: () => producer.disconnect(),
    };
  };
}

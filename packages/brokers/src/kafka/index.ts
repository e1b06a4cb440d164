export { createKafkaSink } from './kafka-sink.ts';
export type { KafkaSinkOptions } from './kafka-options.ts';
export type { KafkaMessage, KafkaProducer } from './kafka-producer.ts';

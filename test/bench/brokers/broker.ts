/** What events go to, each a real server, or a consumer, of its own. */
export const BROKERS = [
  'rabbitmq',
  'rabbitmq-consumer',
  'rabbitmq-quorum',
  'amqplib',
  'redis-list',
  'redis-list-always',
  'redis-stream',
  'jetstream',
  'grpc-stream',
] as const;

export type BrokerId = (typeof BROKERS)[number];

/** Shards whose events go there. */
export const SHARDS = 4;

/** What the gateway's process is started with. */
export interface GatewayOptions {
  readonly broker: BrokerId;
  /** Of the server; empty for gRPC, where the gateway is the server. */
  readonly url: string;
  /** Events of a shard that may be handed over and not acknowledged: more would wait until they are old enough for the journal. */
  readonly inFlight: number;
}

/** What it is asked: to pass so many events of each shard. */
export interface GatewayOrder {
  readonly kind: 'play';
  readonly eventsPerShard: number;
}

/** What it tells. */
export type GatewayMessage =
  | { readonly kind: 'ready'; readonly address: string }
  | {
      readonly kind: 'played';
      readonly floorCpuUs: number;
      readonly cpuUs: number;
      readonly perSecond: number;
      readonly journaledShare: number;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** What a consumer is started with. */
export interface ConsumerOptions {
  readonly of: 'rabbitmq' | 'grpc';
  readonly url: string;
}

export interface ConsumerMessage {
  readonly kind: 'ready';
}

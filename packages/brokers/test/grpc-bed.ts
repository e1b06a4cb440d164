import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { DeliveryEvent } from '@shardgate/delivery';
import { onTestFinished } from 'vitest';
import { until } from './broker-bed.ts';

const proto = (file: string) =>
  loadSync(fileURLToPath(new URL(`../proto/${file}`, import.meta.url)), { longs: Number, oneofs: true });

/** A client of one of the services in `proto/`, which knows the file only. */
export function clientOf(
  file: string,
  service: string,
  port: number,
  credentials: grpc.ChannelCredentials = grpc.credentials.createInsecure(),
): grpc.Client & Record<string, (...parameters: unknown[]) => unknown> {
  const definition = proto(file)[service] as grpc.ServiceDefinition;
  const Client = grpc.makeClientConstructor(definition, service);
  const client = new Client(`127.0.0.1:${port}`, credentials, { 'grpc.ssl_target_name_override': 'localhost' });
  onTestFinished(() => client.close());
  return client as unknown as ReturnType<typeof clientOf>;
}

/** A message of the stream as the `.proto` file has it. */
export interface Told {
  readonly message: 'welcome' | 'events' | 'gap' | 'reshard' | 'lease';
  readonly events?: {
    readonly shard: number;
    readonly shardCount: number;
    readonly session: string;
    readonly attempt?: number;
    readonly events: readonly Told.Event[];
  };
  readonly [member: string]: unknown;
}
export declare namespace Told {
  interface Event {
    readonly offset: number;
    readonly seq?: number;
    readonly t: string;
    readonly data: Buffer;
    readonly receivedAt: number;
    readonly guildId?: string;
    readonly guildEvent?: string;
    readonly old?: Buffer;
  }
}

export interface StreamConsumer {
  readonly told: readonly Told[];
  /** Data of all events, in order. */
  readonly data: readonly { readonly channel_id: string; readonly n: number }[];
  readonly offsets: readonly number[];
  /** How the call ended. */
  readonly end: { readonly code: number; readonly details: string } | undefined;
  write(message: object): void;
  /** Reads nothing, until `resume`. */
  pause(): void;
  resume(): void;
  cancel(): void;
}

export interface ConsumerSettings {
  readonly hello?: object | undefined;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly credentials?: grpc.ChannelCredentials;
  /** Whether it acknowledges each message at once. Default true. */
  readonly acknowledges?: boolean;
}

/** A consumer in this process. */
export function consumeStream(port: number, settings: ConsumerSettings = {}): StreamConsumer {
  const { hello = { name: 'test' }, acknowledges = true, credentials } = settings;
  const client = clientOf('shardgate/v1/events.proto', 'shardgate.v1.Events', port, credentials);
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(settings.metadata ?? {})) metadata.set(name, value);
  const call = client['Consume']?.(metadata) as grpc.ClientDuplexStream<object, Told>;
  const told: Told[] = [];
  let end: StreamConsumer['end'];
  call.on('data', (message: Told) => {
    told.push(message);
    const notice = (message['gap'] ?? message['reshard']) as { shard: number; shardCount: number; offset: number };
    const last = message.events?.events.at(-1) ?? notice;
    const lane = message.events ?? notice;
    if (acknowledges && last !== undefined)
      call.write({ ack: { shard: lane.shard, shardCount: lane.shardCount, offset: last.offset } });
  });
  call.on('status', ({ code, details }) => (end = { code, details }));
  call.on('error', () => {});
  onTestFinished(() => call.cancel());
  if (hello !== undefined) call.write({ hello });
  const events = (): readonly Told.Event[] => told.flatMap((message) => message.events?.events ?? []);
  return {
    told,
    get data() {
      return events().map(({ data }) => JSON.parse(String(data)) as StreamConsumer['data'][number]);
    },
    get offsets() {
      return events().map(({ offset }) => offset);
    },
    get end() {
      return end;
    },
    write: (message) => void call.write(message),
    pause: () => void call.pause(),
    resume: () => void call.resume(),
    cancel: () => call.cancel(),
  };
}

export const welcomed = (consumer: StreamConsumer): Promise<void> =>
  until(
    () => consumer.told.some(({ message }) => message === 'welcome'),
    8_000,
    () => JSON.stringify(consumer.end),
  );

/** An event to deliver by hand. */
export function eventAt(offset: number, more: Partial<DeliveryEvent> = {}): DeliveryEvent {
  const { t = 'MESSAGE_CREATE', seq = offset } = more;
  return {
    kind: 'event',
    shardId: 0,
    shardCount: 4,
    offset,
    sessionId: 's',
    receivedAt: 1_700_000_000_000,
    bytes: Buffer.from(`{"t":${JSON.stringify(t)},"s":${seq},"op":0,"d":{"channel_id":"0","n":${offset}}}`),
    ...more,
    t,
    seq,
  };
}

import { startNats } from '../../services/nats.ts';
import { startRabbitmq } from '../../services/rabbitmq.ts';
import { startRedis } from '../../services/redis.ts';
import type { TestServer } from '../../services/server-process.ts';
import { startChild, type Child } from '../runner/child.ts';
import type { BrokerRun, BrokersResult } from '../runner/results.ts';
import {
  BROKERS,
  SHARDS,
  type BrokerId,
  type ConsumerMessage,
  type ConsumerOptions,
  type GatewayMessage,
  type GatewayOptions,
} from './broker.ts';

/** Started by the runner; tells one result. Each broker in turn: a server, a gateway's process, and a consumer where the broker needs one. */
const ROUNDS = 3;
const READY_MS = 60_000;
const ROUND_MS = 60_000;

interface Plan {
  /** Events of a round, over all shards: a second or two. */
  readonly events: number;
  /** Of a shard, handed over and not acknowledged. Default 512. */
  readonly inFlight?: number;
  readonly server?: () => Promise<TestServer>;
  readonly consumer?: ConsumerOptions['of'];
}

const redis = (fsync: string) => (): Promise<TestServer> => startRedis({ args: ['--appendfsync', fsync] });

const PLANS: Readonly<Record<BrokerId, Plan>> = {
  rabbitmq: { events: 12_000, inFlight: 256, server: startRabbitmq },
  'rabbitmq-consumer': { events: 12_000, inFlight: 256, server: startRabbitmq, consumer: 'rabbitmq' },
  'rabbitmq-quorum': { events: 16_000, inFlight: 256, server: startRabbitmq },
  amqplib: { events: 12_000, inFlight: 256, server: startRabbitmq },
  'redis-list': { events: 60_000, server: redis('everysec') },
  'redis-list-always': { events: 30_000, server: redis('always') },
  'redis-stream': { events: 40_000, server: redis('everysec') },
  jetstream: { events: 40_000, server: startNats },
  'grpc-stream': { events: 80_000, consumer: 'grpc' },
};

async function measure(broker: BrokerId): Promise<readonly BrokerRun[]> {
  const { events, inFlight = 512, server: start, consumer: of } = PLANS[broker];
  const server = await start?.();
  const children: Child<GatewayMessage | ConsumerMessage>[] = [];
  try {
    const parameter: GatewayOptions = { broker, url: server?.url ?? '', inFlight };
    const gateway = startChild<GatewayMessage>({ program: 'brokers/gateway.js', parameter, execArgv: ['--expose-gc'] });
    children.push(gateway);
    const { address } = await gateway.next('ready', READY_MS);
    if (of !== undefined) {
      const consumer = startChild<ConsumerMessage>({
        program: 'brokers/consumer.js',
        parameter: { of, url: server?.url ?? address } satisfies ConsumerOptions,
      });
      children.push(consumer);
      await consumer.next('ready', READY_MS);
    }
    const runs: BrokerRun[] = [];
    // The first one is the warm-up.
    for (let round = 0; round <= ROUNDS; round++) {
      gateway.send({ kind: 'play', eventsPerShard: Math.ceil((events * share) / SHARDS) });
      const { kind: _, ...run } = await gateway.next('played', ROUND_MS);
      if (round > 0) runs.push(run);
    }
    return runs;
  } finally {
    for (const child of children) await child.stop();
    await server?.end();
  }
}

/** Which of them, all where none is named, and how much of the usual number of events. */
const { only = BROKERS, share = 1 } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly only?: readonly BrokerId[];
  readonly share?: number;
};
const brokers: BrokersResult['brokers'][number][] = [];
const notes: string[] = [];
for (const id of only) {
  try {
    brokers.push({ id, runs: await measure(id) });
  } catch (error) {
    notes.push(`${id}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
}
const result: BrokersResult = { brokers, notes };
process.on('disconnect', () => process.exit());
if (process.send !== undefined) process.send({ kind: 'brokers', ...result });
else {
  console.log(JSON.stringify(result, null, 1));
  process.exit();
}

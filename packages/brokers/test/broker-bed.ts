import { createDelivery, type Delivery, type DeliveryOptions, type Sink } from '@shardgate/delivery';
import { Collection } from '@shardgate/gateway';
import { readPayload } from '@shardgate/wire';
import { onTestFinished } from 'vitest';

/** A running delivery with one sink, fed by the test in the place of a gateway. */
export interface BrokerBed {
  readonly delivery: Delivery;
  /** Lines of the sink for the log, `<level>: <text>`. */
  readonly notes: string[];
  /** Highest number by shard that the gateway may forget. */
  readonly settled: ReadonlyMap<number, number>;
  /** One dispatch with the shard's next number; gives that number. */
  emit(shardId: number, t: string, d: unknown, guildEvent?: string): number;
  /** Waits until all that was emitted is settled, and the sink has acknowledged it. */
  drained(withinMs?: number): Promise<void>;
  /** Begins a new session on a shard, with numbers from 1. */
  newSession(shardId: number): void;
  stop(): Promise<void>;
}

export interface BedOptions extends Partial<DeliveryOptions> {
  /** Shards, with the plan's count. Default 4. */
  readonly shardCount?: number;
  /** Two beds with the same are two lives of one bot. */
  readonly session?: string;
  /** Number of the first event of each shard. Default 1. */
  readonly firstSeq?: number;
}

export async function startBed(sink: Sink, options: BedOptions = {}): Promise<BrokerBed> {
  const { shardCount = 4, session = 'session', firstSeq = 1, ...given } = options;
  const delivery = createDelivery({ backOff: { baseMs: 20, capMs: 200 }, ...given, sinks: [sink] });
  const notes: string[] = [];
  const settled = new Map<number, number>();
  const shards = new Collection(
    Array.from({ length: shardCount }, (_, id) => [
      id,
      { id, shardCount, sessionId: `${session}-${id}`, seq: firstSeq - 1 },
    ]),
  );
  const gateway = {
    shards,
    settle: (_: unknown, shardId: number, _session: string, seq: number) => void settled.set(shardId, seq),
    events: { on: () => {} },
    stopGateway: async () => {},
  };
  delivery.events.on('note', ({ level, message }) => void notes.push(`${level}: ${message}`));
  const source = gateway as unknown as Parameters<Delivery['attach']>[1];
  delivery.attach(delivery, source);
  await delivery.start(delivery);
  let isStopped = false;
  const bed: BrokerBed = {
    delivery,
    notes,
    settled,
    emit: (shardId, t, d, guildEvent) => {
      const shard = shards.get(shardId);
      if (shard === undefined) throw new Error(`no shard ${shardId}`);
      shard.seq++;
      const bytes = Buffer.from(`{"t":${JSON.stringify(t)},"s":${shard.seq},"op":0,"d":${JSON.stringify(d)}}`);
      const payload = Object.assign(readPayload(bytes), guildEvent === undefined ? {} : { guildEvent });
      delivery.accept(delivery, source, payload as unknown as Parameters<Delivery['accept']>[2], shardId);
      return shard.seq;
    },
    drained: (withinMs = 20_000) =>
      until(
        () =>
          Array.from(shards.values()).every(({ id, seq }) => seq < firstSeq || settled.get(id) === seq) &&
          delivery.status(delivery).lanes.every(({ lag }) => lag === 0),
        withinMs,
        () =>
          `unsettled: ${JSON.stringify([...settled])} of ${JSON.stringify([...shards.values()])}; ${notes.join(' | ')}`,
      ),
    newSession: (shardId) => {
      const shard = shards.get(shardId);
      if (shard !== undefined) Object.assign(shard, { sessionId: `${shard.sessionId}+`, seq: 0 });
    },
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      delivery.drain = async () => {};
      await delivery.stop(delivery);
    },
  };
  onTestFinished(() => bed.stop());
  return bed;
}

/** Waits for a condition, with a deadline. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs = 20_000,
  describe: () => string = () => String(condition),
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

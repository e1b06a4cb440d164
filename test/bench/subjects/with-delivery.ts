import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDelivery, createJournal } from '@shardgate/delivery';
import type { Delivery, DeliveryOptions, Journal, JournalListener, Sink, WebSocketSink } from '@shardgate/delivery';
import { createGatewayManager, systemClock } from '@shardgate/gateway';
import type { DeliveryFigures } from '../runner/messages.ts';
import type { ConsumerOptions } from './consumer.ts';
import { INTENTS, runSubject, TOKEN } from './subject.ts';

export interface DeliverySubject {
  /** Makes the sinks and what connects to them once they are open. The folder is for sockets. */
  readonly sinks: (folder: string) => Promise<{ sinks: readonly Sink[]; connect?: () => Promise<unknown> }>;
  readonly delivery?: Partial<DeliveryOptions>;
}

/** What requests to a consumer come with. */
export const CONSUMER_KEY = 'bench-key';

/** Starts a consumer; resolves with its port, when it is connected or listens. */
export async function startConsumer(options: ConsumerOptions): Promise<number> {
  const child = fork(fileURLToPath(new URL('./consumer.js', import.meta.url)), [JSON.stringify(options)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return port;
}

/** Where a sink is, once it listens: the delivery's start does not wait for that. */
export async function webSocketUrl(sink: WebSocketSink): Promise<string> {
  while (sink.address === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  return `ws://127.0.0.1:${sink.address.port}/`;
}

/** Ours with a delivery behind it: an event counts when its consumers have acknowledged it. */
export function runWithDelivery({ sinks: makeSinks, delivery: options }: DeliverySubject): void {
  runSubject(async ({ apiUrl, encoding, compression, shards }, onEvent) => {
    const folder = mkdtempSync(join(tmpdir(), 'shardgate-bench-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const { sinks, connect } = await makeSinks(folder);
    const watch = createWatch();
    const journal = watch.onJournal(
      createJournal({
        path: join(folder, 'journal'),
        sinks: sinks.map(({ name }) => name),
        clock: systemClock,
      }),
    );
    const last = sinks.length;
    /** How many sinks have an event, by shard and offset, where there are several. */
    const acknowledged = new Map<string, number>();
    const counted = sinks.map((sink): Sink => ({
      ...sink,
      async deliver(batch) {
        await sink.deliver(batch);
        for (const record of batch.records) {
          if (record.kind !== 'event') continue;
          if (last > 1) {
            const key = `${record.shardId}/${record.offset}`;
            const count = (acknowledged.get(key) ?? 0) + 1;
            acknowledged.set(key, count);
            if (count < last) continue;
            acknowledged.delete(key);
          }
          onEvent(record.t);
        }
      },
    }));
    const delivery = createDelivery({ sinks: counted, journal, ...options });
    watch.onDelivery(delivery);
    await delivery.start(delivery);
    await connect?.();
    const gateway = createGatewayManager({
      token: TOKEN,
      intents: INTENTS,
      apiUrl,
      encoding,
      compression,
      maxShards: shards,
      connectsPerSecond: 1_000,
      sessionStore: delivery.sessionStore,
    });
    delivery.attach(delivery, gateway);
    await gateway.spawnShards(gateway);
    let before = { ...delivery.runtime.counts };
    return {
      reset() {
        before = { ...delivery.runtime.counts };
        watch.reset();
      },
      figures(): DeliveryFigures {
        const { accepted, journaled } = delivery.runtime.counts;
        return {
          journaledShare: (journaled - before.journaled) / (accepted - before.accepted),
          ...watch.figures(),
        };
      },
    };
  });
}

/** A record that the journal was given, and when its event arrived. A class: V8 would put literals into the old heap for good, after the backlog of the warm-up. */
class Appended {
  readonly offset: number;
  readonly at: number;

  constructor(offset: number, at: number) {
    this.offset = offset;
    this.at = at;
  }
}

/** Times from the arrival to the disk; `receivedAt` of a record is in whole milliseconds and would say too little. */
function createWatch() {
  /** Of each shard, oldest first: all arrivals, and those the journal was given. */
  const arrivals = new Map<number, number[]>();
  const appended = new Map<number, Appended[]>();
  let latencies: number[] = [];
  const listOf = <Item>(lists: Map<number, Item[]>, shardId: number): Item[] => {
    const list = lists.get(shardId) ?? [];
    lists.set(shardId, list);
    return list;
  };
  return {
    /** Only where every event goes to the journal can arrivals and records be told to be the same. */
    onDelivery(delivery: Delivery) {
      if (delivery.journalAfterMs > 0) return;
      const { accept } = delivery;
      delivery.accept = (...parameters) => {
        listOf(arrivals, parameters[3]).push(performance.now());
        return accept(...parameters);
      };
    },
    onJournal(journal: Journal): Journal {
      const { append } = journal;
      journal.append = (records) => {
        for (const { shardId, offset } of records) {
          const at = arrivals.get(shardId)?.shift();
          if (at !== undefined) listOf(appended, shardId).push(new Appended(offset, at));
        }
        return append(records);
      };
      const heard = Object.getOwnPropertyDescriptor(journal, 'listener');
      Object.defineProperty(journal, 'listener', {
        get: () => heard?.get?.call(journal) as unknown,
        set(listener: JournalListener) {
          heard?.set?.call(journal, {
            ...listener,
            onDurable(lane, offset) {
              const now = performance.now();
              const list = listOf(appended, lane.shardId);
              const done = list.findIndex((entry) => entry.offset > offset);
              for (const { at } of list.splice(0, done === -1 ? list.length : done)) latencies.push(now - at);
              listener.onDurable(lane, offset);
            },
          } satisfies JournalListener);
        },
      });
      return journal;
    },
    reset: () => void (latencies = []),
    figures() {
      const sorted = latencies.toSorted((a, b) => a - b);
      const at = (share: number): number | null => sorted[Math.floor(sorted.length * share)] ?? null;
      return { durableP50Ms: at(0.5), durableP99Ms: at(0.99), durableMaxMs: sorted.at(-1) ?? null };
    },
  };
}

import { join } from 'node:path';
import { createDelivery, createJournal, type Delivery, type Sink } from '@shardgate/delivery';
import { Collection, systemClock } from '@shardgate/gateway';
import { readPayload } from '@shardgate/wire';
import { SHARDS, type BrokerId } from './broker.ts';
import type { Path } from './path.ts';
import { SINKS } from './sinks.ts';

const OPEN_MS = 30_000;

/** A delivery as the service has it, with the journal's defaults and the sink required, behind shards that have no socket. */
export async function createDeliveryPath(
  broker: Exclude<BrokerId, 'amqplib'>,
  url: string,
  folder: string,
): Promise<Path> {
  const { sink, address } = SINKS[broker](url);
  const counted: Sink = {
    ...sink,
    async deliver(batch) {
      const { lane, records } = batch;
      const first = records[0]?.offset ?? 0;
      let told = 0;
      /** Parts of a batch make room, too. */
      const acknowledged = (count: number): void => {
        if (count <= told) return;
        path.onAcknowledged(lane.shardId, count - told);
        told = count;
      };
      await sink.deliver({
        ...batch,
        acknowledge(offset) {
          batch.acknowledge(offset);
          acknowledged(offset - first + 1);
        },
      });
      acknowledged(records.length);
    },
  };
  const journal = createJournal({ path: join(folder, 'journal'), sinks: [sink.name], clock: systemClock });
  const delivery = createDelivery({ sinks: [counted], journal });
  const notes: string[] = [];
  delivery.events.on('note', ({ level, message }) => void notes.push(`${level}: ${message}`));
  delivery.events.on('sinkFailed', ({ error }) => void notes.push(String(error)));
  delivery.events.on('laneFailed', ({ error }) => void notes.push(String(error)));
  const gateway = {
    shards: new Collection(
      Array.from({ length: SHARDS }, (_, id) => [id, { id, shardCount: SHARDS, sessionId: `${process.pid}-${id}` }]),
    ),
    settle: () => {},
    events: { on: () => {} },
    stopGateway: async () => {},
  } as unknown as Parameters<Delivery['attach']>[1];
  await delivery.start(delivery);
  delivery.attach(delivery, gateway);
  await until(
    () => delivery.runtime.slots.every((slot) => slot.isOpen && (slot.isReady || address?.() !== undefined)),
    notes,
  );

  const path: Path = {
    address: address?.() ?? '',
    hand: (bytes, shardId) =>
      void gateway.handleDiscordPayload(
        gateway,
        readPayload(bytes) as Parameters<typeof gateway.handleDiscordPayload>[1],
        shardId,
      ),
    onAcknowledged: () => {},
    journaled: () => delivery.runtime.counts.journaled,
  };
  return path;
}

async function until(condition: () => boolean, notes: readonly string[]): Promise<void> {
  const end = performance.now() + OPEN_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`the sink did not open: ${notes.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

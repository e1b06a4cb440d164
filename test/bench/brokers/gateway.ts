import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPayload } from '@shardgate/wire';
import { SHARDS, type GatewayMessage, type GatewayOptions, type GatewayOrder } from './broker.ts';
import { createAmqplibPath } from './amqplib-path.ts';
import { createDeliveryPath } from './delivery-path.ts';
import { startFeed } from './feed.ts';
import { createMessages } from './messages.ts';
import type { Path } from './path.ts';

/** Started once for each broker: the process whose cost is measured. */
const { broker, url, inFlight: limit } = JSON.parse(process.argv[2] ?? '') as GatewayOptions;

function tell(message: GatewayMessage): void {
  process.send?.(message);
}

async function measure(run: () => Promise<void>): Promise<{ cpuMs: number; wallMs: number }> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await run();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1_000, wallMs };
}

/** What is left without a broker: the header is read, and a handler returns. */
let handled = 0;
function handle(payload: { readonly s: number | null }, shardId: number): void {
  if (payload.s !== null) handled += shardId;
}

const folder = mkdtempSync(join(tmpdir(), 'shardgate-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('disconnect', () => process.exit());

const messages = createMessages();
const path: Path = broker === 'amqplib' ? await createAmqplibPath(url) : await createDeliveryPath(broker, url, folder);

async function play(eventsPerShard: number): Promise<Extract<GatewayMessage, { kind: 'played' }>> {
  const taken = messages.take(eventsPerShard);
  const events = eventsPerShard * SHARDS;
  const floor = await measure(
    () =>
      startFeed(
        taken,
        () => true,
        (bytes, shardId) => handle(readPayload(bytes), shardId),
      ).done,
  );
  const inFlight = Array.from(taken, () => 0);
  const journaledBefore = path.journaled();
  const { cpuMs, wallMs } = await measure(async () => {
    let left = events;
    await new Promise<void>((resolve) => {
      const feed = startFeed(
        taken,
        (shardId) => (inFlight[shardId] ?? 0) < limit,
        (bytes, shardId) => {
          inFlight[shardId] = (inFlight[shardId] ?? 0) + 1;
          path.hand(bytes, shardId);
        },
      );
      path.onAcknowledged = (shardId, count) => {
        inFlight[shardId] = (inFlight[shardId] ?? 0) - count;
        left -= count;
        if (left === 0) resolve();
        else feed.wake();
      };
    });
  });
  return {
    kind: 'played',
    floorCpuUs: (floor.cpuMs * 1_000) / events,
    cpuUs: (cpuMs * 1_000) / events,
    perSecond: events / (wallMs / 1_000),
    journaledShare: (path.journaled() - journaledBefore) / events,
  };
}

process.on('message', (order: GatewayOrder) => {
  play(order.eventsPerShard).then(tell, (error: unknown) => tell({ kind: 'refused', reason: String(error) }));
});
tell({ kind: 'ready', address: path.address });

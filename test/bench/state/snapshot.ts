import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { createMemoryStore, createState } from '@shardgate/state';
import { createStateApi } from '@shardgate/state/api';
import { readPayload } from '@shardgate/wire';
import type { SnapshotResult, SnapshotRun } from './state-result.ts';
import type { EventSourceOptions } from './event-source.ts';
import { fillWithShard, GUILDS } from './shard.ts';
import type { FetchedSnapshot, SnapshotConsumerOptions } from './snapshot-consumer.ts';
import { createTimedReader, sharedNow } from './timed-stream.ts';

/** Started by the runner; tells one result. A whole shard is fetched over HTTP by another process while events of a third go through. */
export interface SnapshotOptions {
  readonly rounds: number;
}

const EVENTS_A_SECOND = 1_000;
/** Until code is compiled and the stream is even. */
const WARMUP_MS = 2_000;
/** Of the time without a snapshot. */
const QUIET_MS = 2_000;

function startHelper(program: string, options: EventSourceOptions | SnapshotConsumerOptions): ChildProcess {
  return fork(fileURLToPath(new URL(`./${program}`, import.meta.url)), [JSON.stringify(options)]);
}

/** Milliseconds by which events came late, from their sending to the handler. */
function lateness(delays: readonly number[]): { p99Ms: number; maxMs: number } {
  const sorted = delays.toSorted((one, other) => one - other);
  return { p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN, maxMs: sorted.at(-1) ?? Number.NaN };
}

const { rounds } = JSON.parse(process.argv[2] ?? '{"rounds":3}') as SnapshotOptions;
let sentAt = 0;
let delays: number[] = [];
const gateway = createGatewayManager({
  token: 'bench.bench.bench',
  intents: 0,
  handleDiscordPayload: () => void delays.push(sharedNow() - sentAt),
});
const state = createState({ stores: [createMemoryStore()] });
await state.start(state);
const objects = await fillWithShard(state);
state.attach(state, gateway);
const api = createStateApi({ state, port: 0 });
const { url } = await api.listen();

const server = createServer((socket) => {
  const read = createTimedReader((message, at) => {
    sentAt = at;
    // Made as the gateway makes it; its types say the same of the payload.
    const payload = readPayload(message) as unknown as Parameters<GatewayManager['handleDiscordPayload']>[1];
    gateway.handleDiscordPayload(gateway, payload, 0);
  });
  socket.on('data', read);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
startHelper('event-source.js', { port, perSecond: EVENTS_A_SECOND });
const consumer = startHelper('snapshot-consumer.js', { url: `${url}/v1/events/snapshot` });
await once(consumer, 'message');

async function fetched(): Promise<FetchedSnapshot> {
  consumer.send('fetch');
  const [snapshot] = (await once(consumer, 'message')) as [FetchedSnapshot];
  if (snapshot.guilds !== GUILDS) throw new Error(`${snapshot.guilds} guilds came, and not ${GUILDS}`);
  return snapshot;
}

async function during(work: () => Promise<unknown>): Promise<{ p99Ms: number; maxMs: number }> {
  delays = [];
  await work();
  return lateness(delays);
}

await pause(WARMUP_MS);
let bytes = 0;
const runs: SnapshotRun[] = [];
for (let round = -1; round < rounds; round++) {
  const quiet = await during(() => pause(QUIET_MS));
  let [seconds, cpuSeconds] = [0, 0];
  const busy = await during(async () => {
    const before = process.cpuUsage();
    ({ seconds, bytes } = await fetched());
    const { user, system } = process.cpuUsage(before);
    cpuSeconds = (user + system) / 1_000_000;
  });
  // The first one warms the code up.
  if (round >= 0) runs.push({ seconds, cpuSeconds, quiet, busy });
}
const result: SnapshotResult = { guilds: GUILDS, objects, bytes, eventsPerSecond: EVENTS_A_SECOND, runs };
process.send?.({ kind: 'snapshot', ...result });
if (process.send === undefined) console.log(JSON.stringify(result, null, 1));
process.on('disconnect', () => process.exit());
if (process.send === undefined) process.exit();

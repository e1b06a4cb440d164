import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClean, compareDeliveries, type Simulator } from '@shardgate/simulator';
import { afterEach, expect, it } from 'vitest';
import { createProcessDiscord, DELIVERY_TOKEN, dispatchedEvents } from '../beds/delivery-discord.ts';
import { endProcesses, readHandled, startBot, startGateway, type GatewayStatus } from '../beds/delivery-processes.ts';

const MEGABYTE = 2 ** 20;
const WINDOW_BYTES = 4 * MEGABYTE;
/** The longest `events` message of small events, and what the socket layer may hold besides. */
const FRAME_BYTES = 512 * 1024;
const MOST_RSS_BYTES = 300 * MEGABYTE;
/** More than the simulator can give on a core. */
const RATE = 100_000;
const SECONDS = 8;

let folder = '';
let simulator: Simulator;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await endProcesses();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** Says hello on a UNIX socket, and nothing else ever; reads or does not. */
function sayHello(url: string, name: string, reads: boolean): void {
  const socket = createConnection(url.slice('unix:'.length));
  const hello = Buffer.from(JSON.stringify({ op: 'hello', version: 1, name }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(hello.length);
  socket.write(Buffer.concat([length, hello]));
  socket.on('error', () => {});
  if (reads) socket.resume();
  sockets.push(socket);
}

it(
  'consumers that read nothing or acknowledge nothing cost a bounded piece of memory, and hearts and other sinks nothing',
  { timeout: 180_000 },
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'shardgate-stalled-'));
    simulator = createProcessDiscord({ heartbeatSlackMs: 1_500, maxLagBytes: 512 * MEGABYTE });
    const { apiUrl } = await simulator.start();
    const gateway = startGateway({
      apiUrl,
      token: DELIVERY_TOKEN,
      folder,
      sinks: [
        { kind: 'websocket', name: 'stream' },
        { kind: 'unix', name: 'deaf' },
        { kind: 'unix', name: 'mute' },
      ],
    });
    const [stream = '', deaf = '', mute = ''] = await gateway.ready;
    startBot({ url: stream, folder, name: 'bot' });
    sayHello(deaf, 'deaf', false);
    sayHello(mute, 'mute', true);

    simulator.configure({ eventsPerSecond: RATE });
    const startedAt = performance.now();
    const most = { buffered: 0, inFlightBytes: 0, inFlightEvents: 0 };
    let status: GatewayStatus = await gateway.status();
    await expect
      .poll(
        async () => {
          status = await gateway.status();
          for (const { clients } of status.streams.slice(1))
            for (const { bufferedBytes, inFlight } of clients) {
              most.buffered = Math.max(most.buffered, bufferedBytes);
              most.inFlightBytes = Math.max(most.inFlightBytes, inFlight.bytes);
              most.inFlightEvents = Math.max(most.inFlightEvents, inFlight.events);
            }
          return (performance.now() - startedAt) / 1_000;
        },
        { timeout: 3_000 * SECONDS, interval: 50 },
      )
      .toBeGreaterThan(SECONDS);
    simulator.configure({ eventsPerSecond: 0 });
    const sent = dispatchedEvents(simulator);
    const seconds = (performance.now() - startedAt) / 1_000;
    await expect
      .poll(() => compareDeliveries(sent, readHandled(folder, 'bot')).lost.length, { timeout: 100_000, interval: 500 })
      .toBe(0);
    const { reordered, unknown } = compareDeliveries(dispatchedEvents(simulator), readHandled(folder, 'bot'));
    status = await gateway.status();
    const figures = {
      perSecond: Math.round(sent.length / seconds),
      bufferedKb: Math.round(most.buffered / 1_024),
      inFlightKb: Math.round(most.inFlightBytes / 1_024),
      inFlightEvents: most.inFlightEvents,
      memoryMb: Object.fromEntries(
        Object.entries(status.memory).map(([name, bytes]) => [name, Math.round(bytes / MEGABYTE)]),
      ),
      peakRssMb: Math.round(status.peakRss / MEGABYTE),
      journalMb: Math.round((status.journal?.bytes ?? 0) / MEGABYTE),
    };
    console.log(`stalled: ${JSON.stringify(figures)}`);
    expect([reordered.length, unknown.length]).toEqual([0, 0]);
    expect(most.inFlightEvents).toBeGreaterThan(0);
    expect(most.buffered).toBeLessThanOrEqual(WINDOW_BYTES + FRAME_BYTES);
    expect(most.inFlightBytes).toBeLessThanOrEqual(WINDOW_BYTES);
    expect(status.peakRss).toBeLessThanOrEqual(MOST_RSS_BYTES);
    expect(status.troubles).toEqual([]);
    // Late heartbeats are violations.
    assertClean(simulator, { needlessIdentifies: true });
  },
);

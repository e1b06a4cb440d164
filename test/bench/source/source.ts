import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SendOrder, SourceMessage, SourceOptions } from '../runner/messages.ts';
import { acceptConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { sendPaced } from './pace.ts';
import { prepareStream } from './stream.ts';
import type { PreparedStream } from './stream.ts';

/** The load source: a process that prepares every byte before it is asked for one. Started by the runner, with its options as JSON. */
const options = JSON.parse(process.argv[2] ?? '') as SourceOptions;
const connections = new Set<Connection>();
const streams: PreparedStream[] = [];

const server = createServer((request, response) => {
  const bot = {
    url: gatewayUrl(),
    shards: options.shards,
    session_start_limit: { total: 1_000_000, remaining: 1_000_000, reset_after: 86_400_000, max_concurrency: 1_000 },
  };
  const known = request.url?.endsWith('/gateway/bot') === true;
  response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(known ? bot : { message: '404: Not Found', code: 0 }));
});

server.on('upgrade', (request, socket) => {
  const connection = acceptConnection(request, socket, streams);
  connections.add(connection);
  socket.on('close', () => connections.delete(connection));
});

function gatewayUrl(): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function tell(message: SourceMessage): void {
  process.send?.(message);
}

async function start(): Promise<void> {
  await new Promise<void>((resolve) => {
    // A thousand clients may come at once.
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve);
  });
  const count = { names: {}, messageBytes: 0, frameBytes: 0, events: 0 };
  for (let shard = 0; shard < options.shards; shard++) {
    streams.push(await prepareStream(options, shard, gatewayUrl(), count));
  }
  tell({
    kind: 'listening',
    port: (server.address() as AddressInfo).port,
    names: count.names,
    messageBytes: count.messageBytes / count.events,
    frameBytes: count.frameBytes / count.events,
  });
}

async function send({ eventsPerShard, shape, rate }: SendOrder): Promise<void> {
  const identified = [...connections].filter((connection) => connection.identified);
  const start = performance.now();
  const cpu = process.cpuUsage();
  if (shape === 'paced') await sendPaced(identified, eventsPerShard * identified.length, rate);
  else await Promise.all(identified.map((connection) => connection.sendMany(eventsPerShard)));
  const { user, system } = process.cpuUsage(cpu);
  tell({ kind: 'sent', wallMs: performance.now() - start, cpuMs: (user + system) / 1_000 });
}

process.on('message', (order: SendOrder) => void send(order));
process.on('disconnect', () => process.exit());
await start();

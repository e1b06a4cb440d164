import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { DashboardHost } from './dashboard-host.ts';
import { detailOf } from './demo-shard.ts';
import { createDemoWorld, type DemoWorld } from './demo-world.ts';

/** The dashboard over a made-up service. */
export interface DemoServer extends DashboardHost {
  readonly world: DemoWorld;
  /** What was asked for and done, as `METHOD path body`. */
  readonly done: readonly string[];
  /** While true, streams are cut and refused. */
  setAway(away: boolean): void;
}

interface DemoServerOptions {
  /** The built dashboard. */
  readonly folder: string;
  readonly shards: number;
  /** Without one the service is open. */
  readonly secretKey?: string;
  /** Seconds that have passed when it starts. */
  readonly past?: number;
  readonly port?: number;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** As strict as the admin server's: what the dashboard does against it is found here. */
const POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export async function startDemoServer({
  folder,
  shards,
  secretKey,
  past = 0,
  port = 0,
}: DemoServerOptions): Promise<DemoServer> {
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  const startedAt = Date.now() - past * 1_000;
  const world = createDemoWorld(shards, startedAt);
  for (let second = 1; second <= past; second += 1) world.tick(startedAt + second * 1_000);
  const streams = new Set<ServerResponse>();
  const done: string[] = [];
  let away = false;

  const send = (event: string, value: unknown): void => {
    for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  };
  world.onIncident = (incident) => send('incident', incident);
  const ticking = setInterval(() => {
    world.tick(Date.now());
    send('snapshot', world.snapshot());
  }, 1_000);

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.writeHead(error instanceof RangeError ? 404 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: error instanceof Error ? error.message : String(error) }));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://demo').pathname;
    if (!path.startsWith('/api/')) return file(path.slice(1) || 'index.html', response);
    if (secretKey && request.headers.authorization !== `Bearer ${secretKey}`)
      return reply(response, 401, { message: 'no' });
    if (path === '/api/events') return stream(response);
    if (request.method !== 'GET') {
      if (request.headers['x-shardgate'] !== '1' || request.headers['content-type'] !== 'application/json') {
        return reply(response, 403, { message: 'the header X-Shardgate is missing' });
      }
      const body = (await json(request)) as Record<string, unknown>;
      act(path, body);
      done.push(`${request.method} ${path} ${JSON.stringify(body)}`);
      response.writeHead(204).end();
      return undefined;
    }
    const shard = /^\/api\/shards\/(\d+)$/.exec(path)?.[1];
    const known = shard === undefined ? undefined : world.shards[Number(shard)];
    if (known) return reply(response, 200, detailOf(known));
    if (path === '/api/history') return reply(response, 200, world.history);
    if (path === '/api/incidents') return reply(response, 200, world.incidents);
    return reply(response, 404, { message: `${path} is not here` });
  }

  function act(path: string, body: Record<string, unknown>): void {
    const [, , area, name = '', verb] = path.split('/');
    if (area === 'log-level') world.logLevel = String(body['level']);
    else if (verb === 'reconnect') world.lose(Number(name), 'asked for by an operator', 2);
    else if (verb === 'reidentify' && body['confirm'] === true) world.reidentify(Number(name));
    else if (verb === 'pause') world.pausedSinks.add(decodeURIComponent(name));
    else if (verb === 'resume') world.pausedSinks.delete(decodeURIComponent(name));
    else throw new RangeError(`${path} is not here`);
  }

  function file(name: string, response: ServerResponse): void {
    const found = files.get(name);
    if (!found) return reply(response, 404, { message: 'no such file' });
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(found);
  }

  function stream(response: ServerResponse): void {
    if (away) return reply(response, 503, { message: 'the service is starting' });
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`event: snapshot\ndata: ${JSON.stringify(world.snapshot())}\n\n`);
    streams.add(response);
    response.on('close', () => streams.delete(response));
  }

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    world,
    done,
    kill: async (shardId) => {
      Object.assign(world.shards[shardId] ?? {}, { held: true });
      world.lose(shardId, 'the connection was reset');
    },
    revive: async (shardId) => {
      Object.assign(world.shards[shardId] ?? {}, { held: false, wait: 0 });
    },
    setAway: (value) => {
      away = value;
      if (away) for (const open of streams) open.destroy();
    },
    close: async () => {
      clearInterval(ticking);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

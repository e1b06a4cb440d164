import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import type { AdminServerOptions } from '../src/admin/admin-server.ts';
import { createAdminServer } from '../src/admin/create-admin-server.ts';
import { createMetrics } from '../src/metrics/create-metrics.ts';
import { createHandDrivenService, type HandDrivenService } from './hand-driven-service.ts';

/** A key that no answer may show. */
export const KEY = 'planted-key-nobody-may-see';

/** What an action has to carry. */
export const ACTS: OutgoingHttpHeaders = { 'x-shardgate': '1', 'content-type': 'application/json' };

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => unknown;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export interface AdminBed {
  readonly service: HandDrivenService;
  readonly url: string;
  /** Every line of its log, as JSON. */
  readonly logged: string[];
  ask(path: string, asked?: Asked): Promise<Reply>;
  close(): Promise<void>;
}

/** An admin server on a free port, closed when the test ends. */
export async function openAdminBed(options: Partial<AdminServerOptions> = {}): Promise<AdminBed> {
  const service = createHandDrivenService();
  const logged: string[] = [];
  const write = (fields: object, message: string): void => {
    logged.push(JSON.stringify({ message, ...fields, ...('err' in fields ? { err: String(fields.err) } : {}) }));
  };
  const server = createAdminServer({
    view: service,
    actions: service,
    metrics: createMetrics({ view: service }),
    port: 0,
    snapshotIntervalMs: 20,
    log: { info: write, warn: write, error: write },
    ...options,
  });
  const { url } = await server.listen();
  onTestFinished(() => server.close());
  return { service, url, logged, ask: (path, asked) => askAt(url, path, asked), close: server.close };
}

/** Sends the headers as they are: `fetch` would not let a test choose its `Host` or `Origin`. */
function askAt(url: string, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, text, json: () => JSON.parse(text) as unknown });
      });
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** Waits until something holds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

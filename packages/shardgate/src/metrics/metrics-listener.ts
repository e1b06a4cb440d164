import fastify from 'fastify';
import type { Metrics } from './create-metrics.ts';

/** An HTTP server that serves the metrics and nothing else, without a key: for a scraper that has none. */
export interface MetricsListener {
  /** Rejects when the address cannot be had. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** Longest wait for a request, milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

export function createMetricsListener(
  metrics: Pick<Metrics, 'contentType' | 'text'>,
  { host, port }: { readonly host: string; readonly port: number },
): MetricsListener {
  const server = fastify({ requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: true });
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  return { listen: () => server.listen({ host, port }), close: () => server.close() };
}

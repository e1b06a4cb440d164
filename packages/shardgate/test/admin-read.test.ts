import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { reshardCheck, reshardView } from '../src/admin/reshard-schemas.ts';
import { stateView } from '../src/admin/state-schemas.ts';
import { workerStatus } from '../src/admin/worker-schemas.ts';
import * as schemas from '../src/admin/view-schemas.ts';
import { openAdminBed } from './admin-bed.ts';
import { parseExposition } from './exposition.ts';
import { createHandDrivenService, NOON, shardOf } from './hand-driven-service.ts';

const pages: readonly (readonly [
  string,
  z.ZodType,
  (service: ReturnType<typeof createHandDrivenService>) => unknown,
])[] = [
  ['/api/overview', schemas.overview, (service) => service.overview()],
  ['/api/shards', z.array(schemas.shardSummary), (service) => service.shards()],
  ['/api/shards/1', schemas.shardDetail, (service) => service.shard(1)],
  ['/api/journal', schemas.journal, (service) => service.delivery().journal],
  ['/api/budget', schemas.budget, (service) => service.budget()],
  ['/api/reshard', reshardView, (service) => service.resharding()],
  ['/api/reshard/need', reshardCheck, (service) => service.checkReshard({})],
  ['/api/state', stateView, (service) => service.state()],
  ['/api/workers', z.array(workerStatus), (service) => service.workers()],
  ['/api/rates', z.array(schemas.eventRate), (service) => service.eventRates()],
  ['/api/history', z.array(schemas.historyPoint), (service) => service.history()],
  ['/api/incidents', z.array(schemas.incident), (service) => service.incidents()],
  ['/api/log-level', schemas.logLevel, () => ({ level: 'info' })],
  [
    '/api/lanes',
    schemas.lanes,
    (service) => ({ lanes: service.delivery().lanes, sinks: service.delivery().sinks, pausedSinks: ['bot'] }),
  ],
];

describe('what there is to read', () => {
  it.each(pages)('%s shows the service as it is, in the shape that is documented', async (path, schema, expected) => {
    const { ask, service } = await openAdminBed();
    service.pauseSink('bot');
    service.tell({ at: NOON, level: 'error', kind: 'gap', text: 'lost\n\u001b[31m', shardId: 0, sink: null });
    service.show.shards[1] = shardOf(1, {
      condition: 'failed',
      latencyMs: null,
      sessionId: null,
      failure: { code: 'tokenRejected', closeCode: 4004, remedy: 'put in the new token' },
    });
    const reply = await ask(path);
    expect(reply.headers['content-type']).toMatch(/^application\/json/);
    expect(reply.json()).toEqual(await expected(service));
    expect(() => schema.parse(reply.json())).not.toThrow();
  });

  it('there may be no journal', async () => {
    const { ask, service } = await openAdminBed();
    service.show.delivery.journal = undefined;
    expect((await ask('/api/journal')).json()).toBeNull();
  });

  it.each(['2', '999999', '01', '-1', '1.5', 'x', '%00', '1e3', '..%2foverview'])(
    'shard %s is not there',
    async (id) => {
      const { ask } = await openAdminBed();
      const reply = await ask(`/api/shards/${id}`);
      expect([400, 404]).toContain(reply.status);
      expect(reply.json()).toEqual({ error: expect.any(String), message: expect.any(String) });
    },
  );

  it('readiness has a status of its own', async () => {
    const { ask, service } = await openAdminBed();
    expect((await ask('/readyz')).status).toBe(200);
    service.show.readiness = { ready: false, causes: ['sink bot is not open'] };
    const reply = await ask('/readyz');
    expect([reply.status, reply.json()]).toEqual([503, service.show.readiness]);
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('metrics come in the format that Prometheus asks for', async () => {
    const { ask } = await openAdminBed();
    const reply = await ask('/metrics');
    expect(reply.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(parseExposition(reply.text).has('shardgate_shards')).toBe(true);
  });

  it('a view that fails is answered with 500, and only the log tells why', async () => {
    const service = createHandDrivenService();
    const budget = () => {
      throw new Error('disk on fire');
    };
    const { ask, logged } = await openAdminBed({ view: { ...service, budget } });
    const reply = await ask('/api/budget');
    expect([reply.status, reply.json()]).toEqual([500, { error: 'failed', message: 'this failed; the log tells why' }]);
    expect(logged.join()).toContain('disk on fire');
  });

  it('nothing else is there', async () => {
    const { ask } = await openAdminBed();
    for (const path of ['/', '/api', '/api/', '/../etc/passwd', '/api/overview/', '/%2e%2e/package.json']) {
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    }
    for (const method of ['DELETE', 'OPTIONS', 'TRACE', 'PATCH']) {
      expect([403, 404, 405]).toContain((await ask('/api/overview', { method })).status);
    }
  });
});

describe('the OpenAPI document', () => {
  it('describes every route, what it answers, and where a key is needed', async () => {
    const { ask } = await openAdminBed({ secretKey: 'k' });
    const reply = await ask('/api/openapi.json', { headers: { authorization: 'Bearer k' } });
    const document = reply.json() as {
      openapi: string;
      security: unknown;
      paths: Record<
        string,
        Record<string, { summary?: string; security?: unknown; responses: Record<string, unknown> }>
      >;
    };
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' }, security: [{ key: [] }] });
    expect(
      Object.entries(document.paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
        .sort(),
    ).toEqual(
      [
        ...pages.map(([path]) => `GET ${path.replace('/1', '/{id}')}`),
        'DELETE /api/reshard',
        'GET /api/events',
        'GET /healthz',
        'GET /metrics',
        'GET /readyz',
        'POST /api/reshard',
        'POST /api/shards/{id}/reconnect',
        'POST /api/shards/{id}/reidentify',
        'POST /api/sinks/{name}/pause',
        'POST /api/sinks/{name}/resume',
        'POST /api/stop',
        'PUT /api/log-level',
      ].sort(),
    );
    for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
      expect(operation.summary).toEqual(expect.any(String));
      expect(JSON.stringify(operation.responses)).not.toContain('Default Response');
    }
    expect(document.paths['/healthz']?.['get']?.security).toEqual([]);
    expect(JSON.stringify(document.paths['/api/shards/{id}'])).toContain('heartbeatIntervalMs');
  });
});

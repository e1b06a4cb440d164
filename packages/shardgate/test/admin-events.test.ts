import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as defaults from '../src/admin/defaults.ts';
import * as schemas from '../src/admin/view-schemas.ts';
import { openAdminBed, until } from './admin-bed.ts';
import { createHandDrivenService, NOON, shardOf } from './hand-driven-service.ts';

interface Reader {
  readonly response: IncomingMessage;
  readonly request: ClientRequest;
  readonly ended: () => boolean;
  /** Data of the events of a name, oldest first. */
  events(name: string): unknown[];
}

function openReader(url: string): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/api/events`, { agent: false }, (response) => {
      let text = '';
      let isOver = false;
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('close', () => (isOver = true));
      response.on('error', () => {});
      resolve({
        request,
        response,
        ended: () => isOver,
        events: (name) =>
          text
            .split('\n\n')
            .slice(0, -1)
            .map((block) => new RegExp(`^event: ${name}\ndata: (.*)$`).exec(block)?.[1])
            .flatMap((data) => (data === undefined ? [] : [JSON.parse(data) as unknown])),
      });
    });
    request.on('error', reject);
    onTestFinished(() => void request.destroy());
  });
}

const gap = { at: NOON, level: 'warn', kind: 'gap', text: 'two\nlines', shardId: 0, sink: 'bot' } as const;

describe('the event stream', () => {
  it('begins with a snapshot, has one each interval, and tells incidents at once', async () => {
    const { url, service } = await openAdminBed();
    const reader = await openReader(url);
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    await until(() => reader.events('snapshot').length === 1, 'the first snapshot');
    const [first] = reader.events('snapshot');
    expect(() => schemas.snapshot.parse(first)).not.toThrow();
    expect(first).toEqual({
      overview: service.overview(),
      point: service.history().at(-1),
      shards: service.shards(),
      budget: service.budget(),
      reshard: service.resharding(),
      state: service.state(),
      delivery: service.delivery(),
      rates: service.eventRates(),
      pausedSinks: [],
      logLevel: 'info',
    });
    service.tell(gap);
    await until(() => reader.events('incident').length === 1, 'the incident');
    expect(reader.events('incident')).toEqual([{ id: 1, ...gap }]);

    service.show.shards[1] = shardOf(1, { condition: 'failed' });
    const conditions = () => (reader.events('snapshot').at(-1) as { shards: { condition: string }[] }).shards;
    await until(() => conditions()[1]?.condition === 'failed', 'the shard that failed');
  });

  it('costs nothing while nobody reads', async () => {
    const service = createHandDrivenService();
    let taken = 0;
    const { url } = await openAdminBed({ view: { ...service, shards: () => (taken++, service.shards()) } });
    const reader = await openReader(url);
    await until(() => taken > 2, 'some snapshots');
    expect(service.listeners.size).toBe(1);
    reader.request.destroy();
    await until(() => service.listeners.size === 0, 'the end of telling');
    const before = taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken).toBe(before);
  });

  it('ends when the server closes', async () => {
    const { url, close } = await openAdminBed();
    const reader = await openReader(url);
    await close();
    await until(reader.ended, 'the end of the stream');
    expect(reader.response.complete).toBe(true);
  });

  it('goes on when a snapshot cannot be taken', async () => {
    const service = createHandDrivenService();
    let fails = false;
    const budget = () => {
      if (fails) throw new Error('not now');
      return service.budget();
    };
    const { url, logged } = await openAdminBed({ view: { ...service, budget } });
    const reader = await openReader(url);
    fails = true;
    await until(() => logged.join().includes('not now'), 'the failure');
    fails = false;
    const before = reader.events('snapshot').length;
    await until(() => reader.events('snapshot').length > before + 1, 'more snapshots');
  });

  it(`is given to ${defaults.MAX_STREAMS} readers at most, and again to others when one has left`, async () => {
    const { url, ask, service } = await openAdminBed();
    const readers = await Promise.all(Array.from({ length: defaults.MAX_STREAMS }, () => openReader(url)));
    const refused = await ask('/api/events');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    readers[0]?.request.destroy();
    for (let tries = 0; ; tries++) {
      const { response, request } = await openReader(url);
      if (response.statusCode === 200) break;
      request.destroy();
      expect(tries).toBeLessThan(100);
    }
    for (const { request } of readers) request.destroy();
    expect(service.listeners.size).toBe(1);
  });

  it('is cut off for a reader that stands still, while others get theirs', async () => {
    const service = createHandDrivenService();
    // More than the sockets' buffers take.
    const rates = [{ type: 'X'.repeat(4_000_000), count: 1, perSecond: 1 }];
    let isLarge = true;
    const view = { ...service, eventRates: () => (isLarge ? rates : service.eventRates()) };
    const { url, logged, ask } = await openAdminBed({ view });
    const slow = await openReader(url);
    slow.response.pause();
    await until(() => logged.some((line) => line.includes('too slow')), 'the cut');
    isLarge = false;
    const other = await openReader(url);
    await until(() => other.events('snapshot').length > 3, 'snapshots for the other');
    expect((await ask('/healthz')).status).toBe(200);
    slow.response.resume();
    await until(slow.ended, 'the end of the slow one');
    expect(slow.response.complete).toBe(false);
  });
});

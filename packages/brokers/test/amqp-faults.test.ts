import { createAmqpSink, type AmqpSink, type AmqpSinkOptions } from '@shardgate/brokers/amqp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRabbitmq, type RabbitmqServer } from '../../../test/services/rabbitmq.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { startConsumer, type AmqpConsumer } from './amqp-consumer.ts';
import { startBed, until } from './broker-bed.ts';
import { isLong, judge, PAUSE_MS, startLoad, type EventLoad } from './event-load.ts';

type Event = { channel_id: string; n: number };

const wanted = canBreak('rabbitmq') && isLong('RabbitMQ under 5,000 events a second');
let server: RabbitmqServer;
let names = { exchange: '', queue: '' };
let tests = 0;

const sinkOf = (options: Partial<AmqpSinkOptions> = {}): AmqpSink =>
  createAmqpSink({ url: server.url, ...names, heartbeatSeconds: 5, backOff: { baseMs: 20, capMs: 500 }, ...options });

const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));

/** Everything that is in the queue. */
async function consumed(load: EventLoad): Promise<AmqpConsumer & { events: Event[] }> {
  const bot = await startConsumer(server.url, names.queue);
  const different = (): number => new Set(bot.got.map(({ d }) => `${String(d['channel_id'])} ${String(d['n'])}`)).size;
  await until(() => bot.got.length >= load.total && different() >= load.total, 60_000);
  return { ...bot, events: bot.got.map(({ d }) => d as Event) };
}

describe.skipIf(!wanted)('RabbitMQ under 5,000 events a second', { timeout: 180_000 }, () => {
  beforeAll(async () => void (server = await startRabbitmq()), 120_000);
  afterAll(() => server?.end());
  beforeEach(() => {
    tests++;
    names = { exchange: `gateway-${tests}`, queue: `gateway-${tests}.recv` };
  });

  it('loses nothing and keeps the order when it is killed and comes back', async () => {
    const bed = await startBed(sinkOf(), { maxMemoryBytes: 512 * 1024 * 1024 });
    const load = startLoad(bed);
    await until(() => load.total > 5_000);
    await server.kill();
    const restarted = server.restart();
    const before = load.total;
    await until(() => load.total > before + 10_000);
    load.stop();
    await restarted;
    await bed.drained(60_000);
    const bot = await consumed(load);
    expect(judge(load.sent, bot.events)).toMatchObject({ lost: 0, outOfOrder: 0 });
    expect(errors(bed.notes).length).toBeLessThan(4);
    expect(bed.notes.at(-1)).toMatch(/^info: amqp:\/\/127.0.0.1:\d+: connected again$/);
  });

  it('loses nothing and keeps the order when it is stopped for a while', async () => {
    const sink = sinkOf({ heartbeatSeconds: 1 });
    const bed = await startBed(sink, { maxMemoryBytes: 512 * 1024 * 1024 });
    const load = startLoad(bed);
    await until(() => load.total > 2_500);
    server.pause();
    await until(() => !sink.status().ready);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    server.resume();
    const before = load.total;
    await until(() => load.total > before + 2_500);
    load.stop();
    await bed.drained(60_000);
    expect(judge(load.sent, (await consumed(load)).events)).toMatchObject({ lost: 0, outOfOrder: 0 });
    expect(errors(bed.notes)[0]).toContain('Heartbeat timeout');
  });

  it('loses nothing and keeps the order while its queue is full again and again', async () => {
    const bed = await startBed(sinkOf({ maxLength: 500 }), { maxMemoryBytes: 512 * 1024 * 1024 });
    const load = startLoad(bed);
    await until(() => bed.notes.length > 0);
    const bot = await startConsumer(server.url, names.queue);
    await until(() => load.total > 10_000);
    load.stop();
    await bed.drained(60_000);
    await until(() => bot.got.length >= load.total, 30_000);
    expect(
      judge(
        load.sent,
        bot.got.map(({ d }) => d as Event),
      ),
    ).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
  });

  it('loses nothing when a policy of the broker bounds the queue without our knowing', async () => {
    await server.ctl('set_policy', 'short', `^${names.queue}$`, '{"max-length":500,"overflow":"reject-publish"}');
    const bed = await startBed(sinkOf(), { maxMemoryBytes: 512 * 1024 * 1024 });
    let refusals = 0;
    bed.delivery.events.on('laneFailed', () => refusals++);
    const load = startLoad(bed);
    await until(() => refusals > 0);
    const bot = await startConsumer(server.url, names.queue);
    await until(() => load.total > 10_000);
    load.stop();
    await bed.drained(60_000);
    const different = (): number =>
      new Set(bot.got.map(({ d }) => `${String(d['channel_id'])} ${String(d['n'])}`)).size;
    await until(() => different() >= load.total, 30_000);
    // It takes some and refuses others, so that their order is not ours to keep.
    expect(
      judge(
        load.sent,
        bot.got.map(({ d }) => d as Event),
      ),
    ).toMatchObject({ lost: 0 });
  });

  it('has to have the right password, which is shown nowhere, and goes on when it has', async () => {
    await server.ctl('add_user', 'bot', 'other-password');
    await server.ctl('set_permissions', 'bot', '.*', '.*', '.*');
    const bed = await startBed(sinkOf({ url: server.url.replace('guest:guest', 'bot:hunter%2F2') }), {
      maxMemoryBytes: 512 * 1024 * 1024,
    });
    const load = startLoad(bed);
    await until(() => errors(bed.notes).length > 0);
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/ACCESS_REFUSED.*check user and password in the url/s)]);
    await server.ctl('change_password', 'bot', 'hunter/2');
    load.stop();
    await bed.drained(60_000);
    expect(bed.notes.join('\n')).not.toMatch(/hunter/);
    expect(judge(load.sent, (await consumed(load)).events)).toMatchObject({ lost: 0, outOfOrder: 0 });
  });

  it('tells exactly what it has lost when it comes back without its data', async () => {
    const sink = sinkOf({ gaps: true });
    const bed = await startBed(sink);
    for (let n = 0; n < 400; n++) bed.emit(n % 4, 'MESSAGE_CREATE', { n });
    await bed.drained();
    await server.restart({ empty: true });
    for (let n = 400; n < 800; n++) bed.emit(n % 4, 'MESSAGE_CREATE', { n });
    await bed.drained(60_000);
    const bot = await startConsumer(server.url, names.queue);
    await until(() => bot.got.length >= 404);
    const first = new Map<number, { t: string; d: Record<string, unknown> }>();
    for (const [index, { properties }] of bot.messages.entries()) {
      const shard = Number(properties.headers?.['shard']);
      const event = bot.got[index];
      if (event !== undefined && !first.has(shard)) first.set(shard, event);
    }
    // A bot that has none of them knows from this that it misses 1 to 100.
    expect([...first.values()].map(({ t, d }) => [t, d['cause'], d['afterSeq'], d['nextSeq']])).toEqual(
      Array.from({ length: 4 }, () => ['GAP', 'brokerLost', null, 101]),
    );
    expect(bot.got).toHaveLength(404);
    expect(sink.status().brokerLosses).toBe(1);
    expect(errors(bed.notes).at(-1)).toMatch(/has lost gateway-\d+\.recv, .* of 4 shards; consumers are told by a GAP/);
  });
});

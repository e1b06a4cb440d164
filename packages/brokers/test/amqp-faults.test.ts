import { createAmqpSink, type AmqpSink, type AmqpSinkOptions } from '@shardgate/brokers/amqp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRabbitmq, type RabbitmqServer } from '../../../test/services/rabbitmq.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { openChannel, startConsumer, type AmqpConsumer } from './amqp-consumer.ts';
import { startBed, until } from './broker-bed.ts';
import { isLong, judgeGaps, PAUSE_MS } from './event-load.ts';
import { startTrial, type FaultTrial, type LoadEvent } from './fault-trial.ts';

type Event = LoadEvent & { readonly seq: number };
type Gap = { readonly shardId: number; readonly nextSeq: number };

const isOwn = canBreak('rabbitmq');
const wanted = isOwn && isLong('each fault of RabbitMQ by itself under 5,000 events a second');
let server: RabbitmqServer;
let names = { exchange: '', queue: '' };
let tests = 0;

const sinkOf = (options: Partial<AmqpSinkOptions> = {}): AmqpSink =>
  createAmqpSink({ url: server.url, ...names, heartbeatSeconds: 5, backOff: { baseMs: 20, capMs: 500 }, ...options });

const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));
const eventsOf = ({ got }: AmqpConsumer): Event[] =>
  got.filter(({ t }) => t !== 'GAP').map(({ d }) => d as unknown as Event);

/** Takes what is in the queue, which nobody did before, until it is empty. */
async function taken(queue = names.queue): Promise<AmqpConsumer> {
  const { channel } = await openChannel(server.url);
  const { messageCount } = await channel.checkQueue(queue);
  const bot = await startConsumer(server.url, queue);
  await until(() => bot.messages.length >= messageCount, 60_000);
  return bot;
}

const read = async (): Promise<Event[]> => eventsOf(await taken());

/** Reads with a consumer that has been there for a while. */
const readBy =
  (bot: AmqpConsumer, { load }: FaultTrial) =>
  async (): Promise<Event[]> => {
    const different = (): number => new Set(eventsOf(bot).map(({ channel_id, n }) => `${channel_id} ${n}`)).size;
    await until(() => different() >= load.total, 30_000);
    return eventsOf(bot);
  };

describe.skipIf(!isOwn)('RabbitMQ under load', { timeout: 240_000 }, () => {
  beforeAll(async () => void (server = await startRabbitmq()), 120_000);
  afterAll(() => server?.end());
  beforeEach(() => {
    tests++;
    names = { exchange: `gateway-${tests}`, queue: `gateway-${tests}.recv` };
  });

  it('loses nothing and keeps the order when it hangs, is killed, and comes back', async () => {
    const sink = sinkOf({ heartbeatSeconds: 1 });
    // What comes while it starts has to be caught up with.
    const trial = await startTrial('RabbitMQ, SIGSTOP and SIGKILL', sink, { perSecond: 2_000 });
    await trial.passed(1_000);
    server.pause();
    await until(() => !sink.status().ready);
    await server.kill();
    await server.restart();
    trial.back();
    await trial.passed(1_000);
    expect(await trial.verdict(read)).toMatchObject({ lost: 0, outOfOrder: 0, keptMemory: true });
    expect(errors(trial.notes)[0]).toContain('Heartbeat timeout');
    expect(trial.notes.at(-1)).toMatch(/^info: amqp:\/\/127.0.0.1:\d+: connected again$/);
  });

  describe.skipIf(!wanted)('of 5,000 events a second, with one fault at a time', () => {
    it('loses nothing and keeps the order when it is stopped for a while', async () => {
      const sink = sinkOf({ heartbeatSeconds: 1 });
      const trial = await startTrial('RabbitMQ, SIGSTOP', sink);
      await trial.passed(2_500);
      server.pause();
      await until(() => !sink.status().ready);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      server.resume();
      trial.back();
      await trial.passed(2_500);
      expect(await trial.verdict(read)).toMatchObject({ lost: 0, outOfOrder: 0, keptMemory: true });
      expect(errors(trial.notes)[0]).toContain('Heartbeat timeout');
      expect(trial.notes.at(-1)).toMatch(/^info: amqp:\/\/127.0.0.1:\d+: connected again$/);
    });

    it('loses nothing and keeps the order when it is killed and comes back', async () => {
      const trial = await startTrial('RabbitMQ, SIGKILL', sinkOf());
      await trial.passed(5_000);
      await server.kill();
      const restarted = server.restart().then(trial.back);
      await trial.passed(10_000);
      await restarted;
      expect(await trial.verdict(read)).toMatchObject({ lost: 0, outOfOrder: 0, keptMemory: true });
      expect(errors(trial.notes).length).toBeLessThan(4);
      expect(trial.notes.at(-1)).toMatch(/^info: amqp:\/\/127.0.0.1:\d+: connected again$/);
    });

    it('loses nothing and keeps the order while its queue is full again and again', async () => {
      const trial = await startTrial('RabbitMQ, full queue', sinkOf({ maxLength: 500 }));
      await until(() => trial.notes.length > 0);
      const bot = await startConsumer(server.url, names.queue);
      trial.back();
      await trial.passed(10_000);
      expect(await trial.verdict(readBy(bot, trial))).toEqual({
        ...{ lost: 0, duplicates: 0, outOfOrder: 0 },
        keptMemory: true,
      });
    });

    it('loses nothing and keeps the order while its memory is used up', async () => {
      const sink = sinkOf();
      const trial = await startTrial('RabbitMQ, memory alarm', sink);
      await trial.passed(2_500);
      await server.ctl('set_vm_memory_high_watermark', 'absolute', '1MiB');
      await until(() => sink.status().blocked);
      await trial.passed(25_000);
      await server.ctl('set_vm_memory_high_watermark', '0.8');
      trial.back();
      await trial.passed(2_500);
      expect(await trial.verdict(read)).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0, keptMemory: true });
      expect(trial.notes.map((note) => note.replace(/amqp:\S+/, 'it'))).toEqual([
        'warn: it takes no messages: it is out of memory or disk; events wait',
        'info: it takes messages again',
      ]);
    });

    it('loses nothing when a policy of the broker bounds the queue without our knowing', async () => {
      await server.ctl('set_policy', 'short', `^${names.queue}$`, '{"max-length":500,"overflow":"reject-publish"}');
      const trial = await startTrial('RabbitMQ, policy that bounds the queue', sinkOf());
      let refusals = 0;
      trial.delivery.events.on('laneFailed', () => refusals++);
      await until(() => refusals > 0);
      const bot = await startConsumer(server.url, names.queue);
      trial.back();
      await trial.passed(10_000);
      // It takes some and refuses others, so that their order is not ours to keep.
      expect(await trial.verdict(readBy(bot, trial))).toMatchObject({ lost: 0, keptMemory: true });
    });

    it('has to have the right password, which is shown nowhere, and goes on when it has', async () => {
      await server.ctl('add_user', 'bot', 'other-password');
      await server.ctl('set_permissions', 'bot', '.*', '.*', '.*');
      const sink = sinkOf({ url: server.url.replace('guest:guest', 'bot:hunter%2F2') });
      const trial = await startTrial('RabbitMQ, wrong password', sink);
      await until(() => errors(trial.notes).length > 0);
      await trial.passed(10_000);
      expect(errors(trial.notes)).toEqual([
        expect.stringMatching(/ACCESS_REFUSED.*check user and password in the url/s),
      ]);
      await server.ctl('change_password', 'bot', 'hunter/2');
      trial.back();
      expect(await trial.verdict(read)).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0, keptMemory: true });
      expect(trial.notes.join('\n')).not.toMatch(/hunter/);
    });

    it('tells exactly what it has lost when it comes back without its data', async () => {
      const sink = sinkOf({ gaps: true });
      const bed = await startBed(sink);
      for (let n = 0; n < 400; n++) bed.emit(n % 4, 'MESSAGE_CREATE', { n });
      await bed.drained();
      await server.restart({ empty: true });
      for (let n = 400; n < 800; n++) bed.emit(n % 4, 'MESSAGE_CREATE', { n });
      await bed.drained(60_000);
      const bot = await taken();
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
      expect(errors(bed.notes).at(-1)).toMatch(
        /has lost gateway-\d+\.recv, .* of 4 shards; consumers are told by a GAP/,
      );
    });

    it('tells exactly what it has lost when it is killed under load and comes back without its data', async () => {
      const trial = await startTrial('RabbitMQ, restarted empty', sinkOf({ gaps: true }));
      await trial.confirmed(2_000);
      await server.kill();
      await trial.passed(2_500);
      await server.restart({ empty: true });
      trial.back();
      await trial.passed(5_000);
      let bot: AmqpConsumer | undefined;
      const { outOfOrder, keptMemory } = await trial.verdict(async () => eventsOf((bot = await taken())));
      expect({ outOfOrder, keptMemory }).toEqual({ outOfOrder: 0, keptMemory: true });
      const gaps = (bot?.got ?? []).filter(({ t }) => t === 'GAP').map(({ d }) => d as unknown as Gap);
      const told = judgeGaps(trial.load.seqs, bot === undefined ? [] : eventsOf(bot), gaps);
      console.info(`RabbitMQ, restarted empty: ${JSON.stringify(told)}, told by ${gaps.length} gaps`);
      expect(told.untold).toBe(0);
      expect(told.toldButHere).toBe(0);
      expect(told.missing).toBeGreaterThan(1_000);
    });
  });
});

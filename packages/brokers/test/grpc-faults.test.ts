import { createGrpcPushSink, createGrpcStreamSink, type GrpcPushSinkOptions } from '@shardgate/brokers/grpc';
import { describe, expect, it } from 'vitest';
import { createAuthority, createSelfSigned } from '../../../test/beds/certificate.ts';
import { startBed, until, type BrokerBed } from './broker-bed.ts';
import { judge, PAUSE_MS, startLoad, type EventLoad } from './event-load.ts';
import { startQueueServer, startStreamConsumer, type BotProcess } from './grpc-processes.ts';

type Event = { channel_id: string; n: number };
const FAST = { timeoutMs: 1_000, backOff: { baseMs: 20, capMs: 200 } };
const ROOM = { maxMemoryBytes: 512 * 1024 * 1024 };
/** A call for each event costs a consumer more than the stream. */
const PUSHES_PER_SECOND = 1_000;

const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));
/** What was under way when the bot went may come twice. */
const nothingLost = { lost: 0, outOfOrder: 0 };

async function judged(bot: BotProcess, bed: BrokerBed, load: EventLoad): Promise<void> {
  load.stop();
  await bed.drained(PAUSE_MS + 60_000);
  expect(judge(load.sent, bot.taken() as Event[])).toMatchObject(nothingLost);
}

async function passed(load: EventLoad, events: number): Promise<void> {
  const before = load.total;
  await until(() => load.total > before + events);
}

describe('a consumer of the stream under 5,000 events a second', () => {
  async function start(ackTimeoutMs = 1_000) {
    const bot = await startStreamConsumer();
    const bed = await startBed(createGrpcStreamSink({ name: 'bot', port: bot.port }), { ...ROOM, ackTimeoutMs });
    const load = startLoad(bed);
    await until(() => bot.taken().length > 500);
    return { bot, bed, load };
  }

  it('loses nothing and keeps the order when it is killed and comes back', { timeout: 60_000 }, async () => {
    const { bot, bed, load } = await start();
    await bot.kill();
    await passed(load, 2_500);
    await bot.restart();
    await passed(load, 2_500);
    await judged(bot, bed, load);
  });

  it('loses nothing and keeps the order when it is stopped for a while', { timeout: 180_000 }, async () => {
    const { bot, bed, load } = await start();
    bot.pause();
    const before = process.memoryUsage().arrayBuffers;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const taken = bot.taken().length;
    // What waits is the delivery's, and counted there: of this sink are only the messages that the socket did not take.
    const waiting = (load.total - taken) * 1_300;
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(waiting + 40_000_000);
    bot.resume();
    await passed(load, 2_500);
    await judged(bot, bed, load);
    expect(bed.notes).toContainEqual(expect.stringMatching(/left: what you were sent was not acknowledged in time/));
  });
});

describe(`a server that is pushed to under ${PUSHES_PER_SECOND} events a second`, () => {
  async function start(more: Partial<GrpcPushSinkOptions> = {}, settings: object = {}) {
    const bot = await startQueueServer(settings);
    const sink = createGrpcPushSink({ name: 'bot', address: bot.url, profile: 'all', ...FAST, ...more });
    const bed = await startBed(sink, ROOM);
    const load = startLoad(bed, PUSHES_PER_SECOND);
    return { bot, bed, load };
  }

  it('loses nothing and keeps the order when it is killed and comes back', { timeout: 60_000 }, async () => {
    const { bot, bed, load } = await start();
    await until(() => bot.taken().length > 200);
    await bot.kill();
    await passed(load, 1_000);
    await bot.restart();
    await passed(load, 500);
    await judged(bot, bed, load);
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/the gRPC server .* cannot be reached: .*; events wait/)]);
    expect(bed.notes.at(-1)).toMatch(/^info: .* takes events again$/);
  });

  it('loses nothing and keeps the order when it is stopped for a while', { timeout: 180_000 }, async () => {
    const { bot, bed, load } = await start();
    await until(() => bot.taken().length > 200);
    bot.pause();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    bot.resume();
    await passed(load, 500);
    await judged(bot, bed, load);
    expect(errors(bed.notes)[0]).toMatch(/does not answer in time; events wait/);
  });

  it('is told of once when it refuses the key, without showing it', async () => {
    const { bot, bed, load } = await start({ secretKey: 'hunter2' }, { secretKey: 'right' });
    await until(() => errors(bed.notes).length > 0);
    await passed(load, 500);
    load.stop();
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/refuses the key; events wait/)]);
    expect(bed.notes.join('\n')).not.toContain('hunter2');
    expect(bot.taken()).toEqual([]);
    const known = await startBed(
      createGrpcPushSink({ name: 'bot', address: bot.url, secretKey: 'right', profile: 'all', ...FAST }),
    );
    known.emit(0, 'A', { n: 1 });
    await known.drained();
  });

  it('is not pushed to when its certificate is not trusted, and is as soon as it is', { timeout: 60_000 }, async () => {
    const authority = createAuthority('ours');
    const tls = { ca: authority.cert, serverName: 'localhost' };
    const wrong = await start({ tls }, { tls: createSelfSigned({ host: 'localhost' }) });
    await until(() => errors(wrong.bed.notes).length > 0);
    wrong.load.stop();
    expect(errors(wrong.bed.notes)).toEqual([expect.stringMatching(/cannot be trusted: .*certificate.*; events wait/)]);
    expect(wrong.bot.taken()).toEqual([]);
    await wrong.bed.stop();
    const right = await start({ tls }, { tls: authority.issue({ host: 'localhost' }) });
    await passed(right.load, 200);
    await judged(right.bot, right.bed, right.load);
  });
});

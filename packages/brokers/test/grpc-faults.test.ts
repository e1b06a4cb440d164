import { createGrpcPushSink, createGrpcStreamSink, type GrpcPushSinkOptions } from '@shardgate/brokers/grpc';
import { describe, expect, it } from 'vitest';
import { createAuthority, createSelfSigned } from '../../../test/beds/certificate.ts';
import { until } from './broker-bed.ts';
import { PAUSE_MS } from './event-load.ts';
import { startTrial, type FaultTrial, type LoadEvent } from './fault-trial.ts';
import { startQueueServer, startStreamConsumer, type BotProcess } from './grpc-processes.ts';

const FAST = { timeoutMs: 1_000, backOff: { baseMs: 20, capMs: 200 } };
/** A call for each event costs a consumer more than the stream. */
const PUSHES_PER_SECOND = 1_000;

const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));
/** What was under way when the bot went may come twice. */
const UNHARMED = { lost: 0, outOfOrder: 0, keptMemory: true };

const judged = async (bot: BotProcess, trial: FaultTrial): Promise<void> =>
  expect(await trial.verdict(async () => bot.taken() as LoadEvent[])).toMatchObject(UNHARMED);

describe('a consumer of the stream under 5,000 events a second', () => {
  async function start(fault: string) {
    const bot = await startStreamConsumer();
    const sink = createGrpcStreamSink({ name: 'bot', port: bot.port });
    const trial = await startTrial(`gRPC stream, ${fault}`, sink, { ackTimeoutMs: 1_000 });
    await until(() => bot.taken().length > 500);
    return { bot, trial };
  }

  it('loses nothing and keeps the order when it is killed and comes back', { timeout: 60_000 }, async () => {
    const { bot, trial } = await start('SIGKILL');
    await bot.kill();
    await trial.passed(2_500);
    await bot.restart();
    trial.back();
    await trial.passed(2_500);
    await judged(bot, trial);
  });

  it('loses nothing and keeps the order when it is stopped for a while', { timeout: 180_000 }, async () => {
    const { bot, trial } = await start('SIGSTOP');
    bot.pause();
    const before = process.memoryUsage().arrayBuffers;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    // What waits is the delivery's, and bounded there: of this sink are only the messages that the socket did not take.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    bot.resume();
    trial.back();
    await trial.passed(2_500);
    await judged(bot, trial);
    expect(trial.notes).toContainEqual(expect.stringMatching(/left: what you were sent was not acknowledged in time/));
  });
});

describe(`a server that is pushed to under ${PUSHES_PER_SECOND} events a second`, () => {
  async function start(fault: string, more: Partial<GrpcPushSinkOptions> = {}, settings: object = {}) {
    const bot = await startQueueServer(settings);
    const sink = createGrpcPushSink({ name: 'bot', address: bot.url, profile: 'all', ...FAST, ...more });
    const trial = await startTrial(`gRPC push, ${fault}`, sink, { perSecond: PUSHES_PER_SECOND });
    return { bot, trial };
  }

  it('loses nothing and keeps the order when it is killed and comes back', { timeout: 60_000 }, async () => {
    const { bot, trial } = await start('SIGKILL');
    await until(() => bot.taken().length > 200);
    await bot.kill();
    await trial.passed(1_000);
    await bot.restart();
    trial.back();
    await trial.passed(500);
    await judged(bot, trial);
    expect(errors(trial.notes)).toEqual([
      expect.stringMatching(/the gRPC server .* cannot be reached: .*; events wait/),
    ]);
    expect(trial.notes.at(-1)).toMatch(/^info: .* takes events again$/);
  });

  it('loses nothing and keeps the order when it is stopped for a while', { timeout: 240_000 }, async () => {
    const { bot, trial } = await start('SIGSTOP');
    await until(() => bot.taken().length > 200);
    bot.pause();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    bot.resume();
    trial.back();
    await trial.passed(500);
    await judged(bot, trial);
    expect(errors(trial.notes)[0]).toMatch(/does not answer in time; events wait/);
  });

  it(
    'is told of once when it refuses the key, without showing it, and gets all when it takes it',
    { timeout: 60_000 },
    async () => {
      const { bot, trial } = await start('wrong key', { secretKey: 'hunter2' }, { secretKey: 'right' });
      await until(() => errors(trial.notes).length > 0);
      await trial.passed(500);
      expect(errors(trial.notes)).toEqual([expect.stringMatching(/refuses the key; events wait/)]);
      expect(bot.taken()).toEqual([]);
      bot.configure({ secretKey: 'hunter2' });
      await bot.restart();
      trial.back();
      await judged(bot, trial);
      expect(trial.notes.join('\n')).not.toContain('hunter2');
    },
  );

  it('is not pushed to when its certificate is not trusted, and is as soon as it is', { timeout: 60_000 }, async () => {
    const authority = createAuthority('ours');
    const tls = { ca: authority.cert, serverName: 'localhost' };
    const selfSigned = { tls: createSelfSigned({ host: 'localhost' }) };
    const { bot, trial } = await start('untrusted certificate', { tls }, selfSigned);
    await until(() => errors(trial.notes).length > 0);
    await trial.passed(500);
    expect(errors(trial.notes)).toEqual([expect.stringMatching(/cannot be trusted: .*certificate.*; events wait/)]);
    expect(bot.taken()).toEqual([]);
    bot.configure({ tls: authority.issue({ host: 'localhost' }) });
    await bot.restart();
    trial.back();
    await judged(bot, trial);
  });
});

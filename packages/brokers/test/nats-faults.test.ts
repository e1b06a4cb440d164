import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJetStreamSink, type JetStreamSinkOptions } from '@shardgate/brokers/nats';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startNats, type NatsServer } from '../../../test/services/nats.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { startBed, until } from './broker-bed.ts';
import { judgeGaps, LONG, PAUSE_MS } from './event-load.ts';
import { startTrial, type LoadEvent } from './fault-trial.ts';
import { natsConsumer, type Stored } from './nats-consumer.ts';

type Event = LoadEvent & { readonly seq: number };

const UNHARMED = { lost: 0, duplicates: 0, outOfOrder: 0, keptMemory: true };

let server: NatsServer;
const FAST = { timeoutMs: 2_000, backOff: { baseMs: 20, capMs: 200 }, body: 'data' as const };

const stored = async (url = server.url): Promise<Stored[]> => (await natsConsumer(url)).read();
const isGap = ({ subject }: Stored): boolean => subject.startsWith('discord.GAP');
const read = async (): Promise<Event[]> =>
  (await stored()).filter((one) => !isGap(one)).map(({ body }) => body as unknown as Event);
const sinkOf = (options: Partial<JetStreamSinkOptions> = {}): ReturnType<typeof createJetStreamSink> =>
  createJetStreamSink({ name: 'bot', url: server.url, ...FAST, ...options });
const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));

describe.skipIf(!canBreak('nats'))('a JetStream stream under 5,000 events a second', { timeout: 240_000 }, () => {
  beforeEach(async () => void (server = await startNats()));
  afterEach(() => server.end());

  it('loses nothing and keeps the order when NATS is killed and comes back', async () => {
    const trial = await startTrial('JetStream, SIGKILL', sinkOf());
    await trial.passed(1_500);
    await server.kill();
    await trial.passed(3_500);
    await server.restart();
    trial.back();
    await trial.passed(2_500);
    expect(await trial.verdict(read)).toEqual(UNHARMED);
    expect(errors(trial.notes)).toHaveLength(1);
    expect(trial.notes.at(-1)).toMatch(/^info: NATS .* takes events again$/);
  });

  it('loses nothing and keeps the order when NATS is stopped for a while', async () => {
    const trial = await startTrial('JetStream, SIGSTOP', sinkOf());
    await trial.passed(1_500);
    server.pause();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    server.resume();
    trial.back();
    await trial.passed(2_500);
    expect(await trial.verdict(read)).toEqual(UNHARMED);
    expect(errors(trial.notes)).toContainEqual(expect.stringMatching(/cannot be reached: no answer/));
  });

  it('pauses when it is full, within its bound, and goes on when there is room', async () => {
    const maxBytes = 2_000_000;
    const trial = await startTrial('JetStream, full', sinkOf({ maxBytes }));
    await until(() => errors(trial.notes).length > 0);
    expect(errors(trial.notes)).toEqual([
      expect.stringMatching(/has a full stream \(maximum bytes exceeded\); events wait/),
    ]);
    await trial.passed(2_500);
    const { manager } = await natsConsumer(server.url);
    const { config, state } = await manager.streams.info('DISCORD');
    expect(state.bytes).toBeLessThanOrEqual(maxBytes);
    await manager.streams.update('DISCORD', { ...config, max_bytes: 100_000_000 });
    trial.back();
    expect(await trial.verdict(read)).toEqual(UNHARMED);
    expect(errors(trial.notes)).toHaveLength(1);
  });

  it('tells exactly what is lost when NATS is killed under load and comes back without its data', async () => {
    const trial = await startTrial('JetStream, restarted empty', sinkOf());
    await trial.confirmed(1_000);
    await server.kill();
    await trial.passed(500);
    await server.restart({ empty: true });
    trial.back();
    await trial.passed(2_000);
    let got: readonly Event[] = [];
    const verdict = await trial.verdict(async () => (got = await read()));
    expect(verdict).toMatchObject({ duplicates: 0, outOfOrder: 0, keptMemory: true });
    const gaps = (await stored()).filter(isGap).map(({ body }) => body as { shardId: number; nextSeq: number });
    const told = judgeGaps(trial.load.seqs, got, gaps);
    if (LONG) console.info(`JetStream, restarted empty: ${JSON.stringify(told)}, told by ${gaps.length} gaps`);
    expect(told).toMatchObject({ untold: 0, toldButHere: 0 });
    expect(told.missing).toBeGreaterThan(500);
  });

  it('is created again, and what is lost is told exactly, when NATS comes back without its data', async () => {
    const bed = await startBed(createJetStreamSink({ name: 'bot', url: server.url, ...FAST }));
    for (let n = 1; n <= 400; n++) bed.emit(n % 4, 'A', { channel_id: String(n % 4), n: Math.ceil(n / 4) });
    await bed.drained();
    await server.restart({ empty: true });
    for (let n = 401; n <= 800; n++) bed.emit(n % 4, 'A', { channel_id: String(n % 4), n: Math.ceil(n / 4) });
    await bed.drained();
    const stored = await (await natsConsumer(server.url)).read();
    const gaps = stored.filter(({ subject }) => subject.startsWith('discord.GAP'));
    expect(stored).toHaveLength(404);
    expect(gaps).toContainEqual(
      expect.objectContaining({
        subject: 'discord.GAP.2',
        body: expect.objectContaining({ sessionId: 'session-2', afterSeq: null, nextSeq: 101, cause: 'brokerLost' }),
      }),
    );
    expect(errors(bed.notes)).toContainEqual(
      expect.stringMatching(/has lost events .* of shard 2\/4 everything up to session-2:100/),
    );
  });

  it('tells where the loss begins when NATS comes back with an older state', async () => {
    const bed = await startBed(createJetStreamSink({ name: 'bot', url: server.url, ...FAST }));
    const emit = (from: number, to: number): void => {
      for (let n = from; n <= to; n++) bed.emit(0, 'A', { n });
    };
    emit(1, 50);
    await bed.drained();
    const { manager } = await natsConsumer(server.url);
    emit(51, 100);
    await bed.drained();
    // The end of the stream goes, and its count with it: as a copy of the files from earlier would.
    const { config } = await manager.streams.info('DISCORD');
    await manager.streams.delete('DISCORD');
    await manager.streams.add(config);
    const { connection } = await natsConsumer(server.url);
    const { headers } = await import('@nats-io/transport-node');
    const own = headers();
    own.set('Nats-Msg-Id', '0/4:session-0:50');
    await connection.request('discord.A.0', '{"n":50}', { headers: own, timeout: 2_000 });
    emit(101, 120);
    await bed.drained();
    const gaps = (await (await natsConsumer(server.url)).read()).filter(({ subject }) => subject === 'discord.GAP.0');
    expect(gaps.map(({ body }) => body)).toEqual([
      expect.objectContaining({ sessionId: 'session-0', afterSeq: 50, nextSeq: 101 }),
    ]);
  });
});

describe.skipIf(!canBreak('nats'))('a NATS server that asks for a password', () => {
  it(
    'is told of once, without showing it, and used as soon as the password is right',
    { timeout: 60_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'shardgate-nats-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const file = join(folder, 'nats.conf');
      const allow = (password: string): Promise<void> =>
        writeFile(file, `authorization { user: "bot", password: "${password}" }\n`);
      await allow('right');
      server = await startNats({ args: ['-c', file] });
      onTestFinished(() => server.end());
      const url = server.url.replace('//', '//bot:hunter2@');
      const trial = await startTrial('JetStream, wrong password', sinkOf({ url }));
      await until(() => errors(trial.notes).length > 0);
      await trial.passed(4_000);
      expect(errors(trial.notes)).toEqual([expect.stringMatching(/refuses the credentials; events wait/)]);
      await allow('hunter2');
      await server.restart();
      trial.back();
      expect(await trial.verdict(async () => (await stored(url)).map(({ body }) => body as unknown as Event))).toEqual(
        UNHARMED,
      );
      expect(trial.notes.join('\n')).not.toContain('hunter2');
    },
  );
});

import { createJetStreamSink } from '@shardgate/brokers/nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNats, type NatsServer } from '../../../test/services/nats.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { startBed, until } from './broker-bed.ts';
import { judge, PAUSE_MS, startLoad } from './event-load.ts';
import { natsConsumer } from './nats-consumer.ts';

type Event = { channel_id: string; n: number };

let server: NatsServer;
const FAST = { timeoutMs: 2_000, backOff: { baseMs: 20, capMs: 200 }, body: 'data' as const };

const read = async (): Promise<Event[]> =>
  (await (await natsConsumer(server.url)).read()).map(({ body }) => body as Event);
const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));

describe.skipIf(!canBreak('nats'))('a JetStream stream under 5,000 events a second', () => {
  beforeEach(async () => void (server = await startNats()));
  afterEach(() => server.end());

  it('loses nothing and keeps the order when NATS is killed and comes back', async () => {
    const bed = await startBed(createJetStreamSink({ name: 'bot', url: server.url, ...FAST }));
    const load = startLoad(bed);
    await until(() => load.total > 1_500);
    await server.kill();
    await until(() => load.total > 5_000);
    await server.restart();
    await until(() => load.total > 7_500);
    load.stop();
    await bed.drained();
    expect(judge(load.sent, await read())).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
    expect(errors(bed.notes)).toHaveLength(1);
    expect(bed.notes.at(-1)).toMatch(/^info: NATS .* takes events again$/);
  });

  it('loses nothing and keeps the order when NATS is stopped for a while', { timeout: 180_000 }, async () => {
    const bed = await startBed(createJetStreamSink({ name: 'bot', url: server.url, ...FAST }), {
      maxMemoryBytes: 256 * 1024 * 1024,
    });
    const load = startLoad(bed);
    await until(() => load.total > 1_500);
    server.pause();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    server.resume();
    const before = load.total;
    await until(() => load.total > before + 2_500);
    load.stop();
    await bed.drained(60_000);
    expect(judge(load.sent, await read())).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
    expect(errors(bed.notes)).toContainEqual(expect.stringMatching(/cannot be reached: no answer/));
  });

  it('pauses when it is full, within its bound, and goes on when there is room', async () => {
    const maxBytes = 2_000_000;
    const bed = await startBed(createJetStreamSink({ name: 'bot', url: server.url, maxBytes, ...FAST }));
    const load = startLoad(bed);
    await until(() => errors(bed.notes).length > 0);
    expect(errors(bed.notes)).toEqual([
      expect.stringMatching(/has a full stream \(maximum bytes exceeded\); events wait/),
    ]);
    const before = load.total;
    await until(() => load.total > before + 2_500);
    const { manager } = await natsConsumer(server.url);
    const { config, state } = await manager.streams.info('DISCORD');
    expect(state.bytes).toBeLessThanOrEqual(maxBytes);
    await manager.streams.update('DISCORD', { ...config, max_bytes: 100_000_000 });
    load.stop();
    await bed.drained();
    expect(judge(load.sent, await read())).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
    expect(errors(bed.notes)).toHaveLength(1);
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
  it('is told of once, without showing it, and used when the password is right', async () => {
    server = await startNats({ args: ['--user', 'bot', '--pass', 'right'] });
    try {
      const wrong = await startBed(
        createJetStreamSink({ name: 'bot', url: server.url.replace('//', '//bot:hunter2@'), ...FAST }),
      );
      wrong.emit(0, 'A', {});
      await until(() => errors(wrong.notes).length > 0);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(errors(wrong.notes)).toEqual([expect.stringMatching(/refuses the credentials; events wait/)]);
      expect(wrong.notes.join('\n')).not.toContain('hunter2');
      const right = await startBed(
        createJetStreamSink({ name: 'bot', url: server.url.replace('//', '//bot:right@'), ...FAST }),
      );
      right.emit(0, 'A', {});
      await right.drained();
    } finally {
      await server.end();
    }
  });
});

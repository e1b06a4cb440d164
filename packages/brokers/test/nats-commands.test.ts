import { createCoreNatsSink, createNatsCommands, type NatsCommandsOptions } from '@shardgate/brokers/nats';
import { headers } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startNats, type NatsServer } from '../../../test/services/nats.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { startBed, until } from './broker-bed.ts';
import { startIntake } from './intake-bed.ts';
import { natsConsumer } from './nats-consumer.ts';

let server: NatsServer;
beforeAll(async () => void (server = await startNats()));
afterAll(() => server.end());

async function startCommands(more: Partial<NatsCommandsOptions> = {}) {
  const bed = await startIntake();
  const subject = more.subject ?? `cmd-${Math.trunc(performance.now() * 1_000)}`;
  const commands = createNatsCommands({ url: server.url, intake: bed.intake, subject, ...more });
  commands.start();
  onTestFinished(() => commands.stop());
  const { connection } = await natsConsumer(server.url);
  const request = async (command: unknown): Promise<unknown> =>
    (
      await connection.request(subject, typeof command === 'string' ? command : JSON.stringify(command), {
        timeout: 5_000,
      })
    ).json();
  await until(() =>
    request({ type: 'status' }).then(
      () => true,
      () => false,
    ),
  );
  return { bed, commands, connection, subject, request };
}

describe('a command by request', () => {
  it('is carried out and answered', async () => {
    const { bed, request } = await startCommands();
    expect(await request({ type: 'shardOf', guildId: bed.guild(1) })).toMatchObject({
      ok: true,
      result: { shardId: 1 },
    });
    const voice = { type: 'voiceState', guildId: bed.guild(1), channelId: null, selfMute: false, selfDeaf: false };
    expect(await request(voice)).toEqual({ ok: true, result: {} });
    expect(bed.sent.some(({ op, d }) => op === 4 && d['guild_id'] === bed.guild(1))).toBe(true);
  });

  it('that cannot be carried out is answered with the reason', async () => {
    const { request } = await startCommands({ maxBytes: 500, queueGroup: 'gateways' });
    expect(await request('no json')).toMatchObject({ ok: false, error: { code: 'invalid' } });
    expect(await request('x'.repeat(501))).toMatchObject({ ok: false, error: { code: 'tooLarge' } });
    expect(await request({ type: 'reconnect', shardId: 0 })).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    const data = { op: 4, d: { guild_id: '1', channel_id: null, self_mute: false, self_deaf: false } };
    expect(await request({ type: 'shardPayload', shardId: 9, data })).toMatchObject({
      ok: false,
      error: { code: 'foreignShard' },
    });
  });

  it('gives chunks ahead of the answer to whoever wants them', async () => {
    const { bed, connection, subject } = await startCommands();
    const wants = headers();
    wants.set('Shardgate-Chunks', '1');
    const command = JSON.stringify({ type: 'requestMembers', guildId: bed.guild(0) });
    const replies: Record<string, unknown>[] = [];
    const iterator = await connection.requestMany(subject, command, {
      strategy: 'count',
      maxMessages: 2,
      maxWait: 5_000,
      headers: wants,
    } as never);
    for await (const message of iterator) replies.push(message.json());
    expect(replies).toMatchObject([
      { chunk: { guild_id: bed.guild(0), chunk_index: 0 } },
      { ok: true, result: { chunks: 1 } },
    ]);
  });

  it.skipIf(!canBreak('nats'))('is taken again after NATS was away', async () => {
    const own = await startNats();
    onTestFinished(() => own.end());
    const subject = 'again';
    const bed = await startIntake();
    const commands = createNatsCommands({
      url: own.url,
      intake: bed.intake,
      subject,
      backOff: { baseMs: 20, capMs: 100 },
    });
    commands.start();
    onTestFinished(() => commands.stop());
    await own.restart();
    const { connection } = await natsConsumer(own.url);
    await until(() =>
      connection.request(subject, '{"type":"status"}', { timeout: 1_000 }).then(
        (reply) => reply.json<{ ok: boolean }>().ok,
        () => false,
      ),
    );
  });
});

describe('core NATS', () => {
  it('gives events to those who listen, and says at once that it keeps none', async () => {
    const { connection } = await natsConsumer(server.url);
    const got: unknown[] = [];
    connection.subscribe('live.*.*', { callback: (_, message) => void got.push([message.subject, message.json()]) });
    await connection.flush();
    const bed = await startBed(createCoreNatsSink({ name: 'bot', url: server.url, prefix: 'live', body: 'data' }));
    for (let n = 0; n < 1_000; n++) bed.emit(n % 4, 'A', { n });
    await bed.drained();
    await until(() => got.length === 1_000);
    expect(got.filter((one) => Array.isArray(one) && one[0] === 'live.A.1')).toEqual(
      Array.from({ length: 250 }, (_, n) => ['live.A.1', { n: n * 4 + 1 }]),
    );
    expect(bed.notes[0]).toMatch(/^warn: core NATS keeps no events: what no subscriber .* reads at once is lost/);
  });
});

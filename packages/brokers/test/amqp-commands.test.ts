import { createAmqpCommands, type AmqpCommands, type AmqpCommandsOptions } from '@shardgate/brokers/amqp';
import { CommandError, type CommandPort } from '@shardgate/delivery';
import { assertClean } from '@shardgate/simulator';
import type { ConsumeMessage } from 'amqplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startRabbitmq, type RabbitmqServer } from '../../../test/services/rabbitmq.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { openChannel } from './amqp-consumer.ts';
import { until } from './broker-bed.ts';
import { isLong } from './event-load.ts';
import { startIntake } from './intake-bed.ts';

type Executed = { readonly type: string; readonly shardId?: number; readonly data?: unknown };

let server: RabbitmqServer;
let queue = '';
let tests = 0;

beforeAll(async () => void (server = await startRabbitmq()), 120_000);
afterAll(() => server?.end());
beforeEach(() => {
  tests++;
  queue = `gateway.send-${tests}`;
});

/** Shards 0 to 3 of a process; what shard 1 is given never ends before `release`. */
function createIntake() {
  const executed: Executed[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const intake: CommandPort = {
    async execute(_, given) {
      const command = given as Executed;
      executed.push(command);
      if (command.type === 'status') return { shardCount: 4, shards: [{ shardId: 2, status: 'ready' }] };
      if ((command.shardId ?? 0) > 3) throw new CommandError('foreignShard', 'the shard is not in this process');
      const data = command.data as { op?: number } | null | undefined;
      if (command.type === 'shardPayload' && data?.op !== 4) throw new CommandError('invalid', 'command.data.op: no');
      if (command.shardId === 1) await released;
      return {};
    },
  };
  return { intake, executed, release };
}

interface CommandsBed {
  readonly commands: AmqpCommands;
  readonly executed: Executed[];
  readonly dead: ConsumeMessage[];
  readonly answers: { readonly id: unknown; readonly body: unknown }[];
  release(): void;
  /** As bots of twilight-dispatch send: raw bytes through the default exchange. */
  send(body: unknown, correlationId?: string): void;
}

async function startCommands(options: Partial<AmqpCommandsOptions> = {}): Promise<CommandsBed> {
  const { intake, executed, release } = createIntake();
  const deadLetterQueue = `${queue}.dead`;
  const given = { url: server.url, intake, queues: [queue], deadLetterQueue };
  const commands = createAmqpCommands({ ...given, backOff: { baseMs: 20, capMs: 200 }, ...options });
  onTestFinished(() => {
    release();
    return commands.stop();
  });
  await commands.start();
  await until(() => commands.status().connected);
  const { channel } = await openChannel(server.url);
  const dead: ConsumeMessage[] = [];
  const answers: CommandsBed['answers'][number][] = [];
  await channel.consume(deadLetterQueue, (message) => void (message && dead.push(message)), { noAck: true });
  const reply = await channel.assertQueue('', { exclusive: true });
  const onReply = (message: ConsumeMessage | null): void => {
    if (message === null) return;
    answers.push({ id: message.properties.correlationId, body: JSON.parse(message.content.toString()) });
  };
  await channel.consume(reply.queue, onReply, { noAck: true });
  const send: CommandsBed['send'] = (body, correlationId) => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    channel.sendToQueue(queue, bytes, correlationId === undefined ? {} : { correlationId, replyTo: reply.queue });
  };
  return { commands, executed, dead, answers, release, send };
}

const voice = { op: 4, d: { guild_id: '1', channel_id: null, self_mute: false, self_deaf: false } };
const reasons = (dead: readonly ConsumeMessage[]) =>
  dead.map(({ properties }) => properties.headers?.['x-shardgate-reason']);

describe('commands from a queue', () => {
  it('are carried out and acknowledged, and answered where that is asked for', async () => {
    const bed = await startCommands();
    bed.send({ op: 0, shard: 2, data: voice });
    bed.send({ op: 1, shard: 2 }, 'one');
    bed.send({ op: 3 }, 'two');
    bed.send({ op: 3, shard: 2 }, 'three');
    await until(() => bed.answers.length === 3 && bed.commands.status().underWay === 0);
    expect(bed.executed.slice(0, 2)).toEqual([
      { type: 'shardPayload', shardId: 2, data: voice },
      { type: 'reconnect', shardId: 2 },
    ]);
    const row = { shardId: 2, status: 'ready' };
    expect(bed.answers.sort((a, b) => String(a.id).localeCompare(String(b.id)))).toEqual([
      { id: 'one', body: { ok: true, result: {} } },
      { id: 'three', body: { ok: true, result: row } },
      { id: 'two', body: { ok: true, result: { shardCount: 4, shards: [row] } } },
    ]);
    expect(bed.commands.status()).toMatchObject({ succeeded: 4, deadLettered: 0, underWay: 0 });
  });

  it('that cannot be carried out go to the dead-letter queue with the reason, and others are not held up', async () => {
    const bed = await startCommands({ maxBytes: 2_000 });
    bed.send('{"op":0,', 'not JSON');
    bed.send('[]');
    bed.send({ op: 7, shard: 0 });
    bed.send({ op: 0, shard: 'x', data: voice });
    bed.send({ op: 0, shard: 0 });
    bed.send({ op: 0, shard: 0, data: { op: 2, d: {} } });
    bed.send({ op: 0, shard: 99, data: voice });
    bed.send({ op: 2, shard: 0 });
    bed.send({ op: 0, shard: 0, data: { op: 4, d: 'x'.repeat(3_000) } });
    bed.send({ op: 0, shard: 0, data: voice }, 'good');
    await until(() => bed.dead.length === 9 && bed.answers.length === 2);
    expect(reasons(bed.dead).map(String).sort()).toEqual([
      ...['forbidden', 'foreignShard'],
      ...['invalid', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid', 'tooLarge'],
    ]);
    const broken = bed.dead.find(({ content }) => content.toString() === '{"op":0,');
    expect(broken?.properties.headers).toMatchObject({ 'x-shardgate-message': 'the message is not JSON' });
    expect(broken?.properties).toMatchObject({ correlationId: 'not JSON', deliveryMode: 2 });
    expect(bed.answers).toContainEqual({ id: 'good', body: { ok: true, result: {} } });
    const error = { code: 'invalid', message: 'the message is not JSON' };
    expect(bed.answers).toContainEqual({ id: 'not JSON', body: { ok: false, error } });
  });

  it('that flood one shard do not hold up another’s', async () => {
    const bed = await startCommands({ prefetch: 20 });
    for (let n = 0; n < 50; n++) bed.send({ op: 0, shard: 1, data: voice });
    bed.send({ op: 0, shard: 2, data: voice }, 'other');
    await until(() => bed.answers.length === 1);
    expect(bed.answers[0]?.body).toEqual({ ok: true, result: {} });
    await until(() => bed.dead.length === 40);
    expect(new Set(reasons(bed.dead))).toEqual(new Set(['queueFull']));
    expect(bed.commands.status().underWay).toBe(10);
    bed.release();
    await until(() => bed.commands.status().underWay === 0);
  });

  it.each([
    ['malformed', '{"op":0,"shard":0,', 'invalid', 'the message is not JSON'],
    ['for a shard of nobody', { op: 0, shard: 99, data: voice }, 'foreignShard', /shard/],
    ['oversized', { op: 0, shard: 0, data: { op: 4, d: 'x'.repeat(20_000) } }, 'tooLarge', /16384/],
  ])(
    'that are %s are dead letters with their reason, while Discord gets what is for other shards',
    async (...given) => {
      const [, bad, reason, message] = given;
      const discord = await startIntake();
      const bed = await startCommands({ intake: discord.intake });
      const good = { op: 4, d: { ...voice.d, guild_id: discord.guild(1) } };
      for (let n = 0; n < 100; n++) {
        bed.send(bad);
        if (n % 20 === 10) bed.send({ op: 0, shard: 1, data: good }, `good ${n}`);
      }
      await until(() => bed.dead.length === 100 && bed.answers.length === 5);
      expect(bed.answers).toEqual(
        [10, 30, 50, 70, 90].map((n) => ({ id: `good ${n}`, body: { ok: true, result: {} } })),
      );
      expect(new Set(reasons(bed.dead))).toEqual(new Set([reason]));
      for (const { content, properties } of bed.dead) {
        expect(content.toString()).toBe(typeof bad === 'string' ? bad : JSON.stringify(bad));
        expect(properties.headers?.['x-shardgate-message']).toMatch(message);
      }
      expect(discord.sent.filter(({ op }) => op === 4)).toHaveLength(5);
      assertClean(discord.simulator);
    },
  );

  it('that flood a shard beyond what Discord takes are dead letters, while another shard’s are carried out', async () => {
    const discord = await startIntake();
    const bed = await startCommands({ intake: discord.intake, prefetch: 300, stopTimeoutMs: 100 });
    const to = (shard: number) => ({
      ...{ op: 0, shard },
      data: { op: 4, d: { ...voice.d, guild_id: discord.guild(shard) } },
    });
    for (let n = 0; n < 600; n++) bed.send(to(0));
    for (let n = 0; n < 5; n++) bed.send(to(1), `good ${n}`);
    await until(() => bed.answers.length === 5);
    expect(bed.answers.map(({ body }) => body)).toEqual(Array.from({ length: 5 }, () => ({ ok: true, result: {} })));
    // Of the flood some wait for Discord's minute to be over.
    expect(bed.commands.status().underWay).toBeGreaterThan(0);
    await until(() => bed.dead.length > 100);
    expect(new Set(reasons(bed.dead))).toEqual(new Set(['queueFull']));
    assertClean(discord.simulator);
  });

  it('give a shard a new session only where that is allowed', async () => {
    const given: number[] = [];
    const bed = await startCommands({ reidentify: (shardId) => void given.push(shardId) });
    bed.send({ op: 2, shard: 3 }, 'new');
    await until(() => bed.answers.length === 1);
    expect(given).toEqual([3]);
  });

  it('for a shard of another process go to that one, or are dead letters when it has no queue', async () => {
    const bed = await startCommands({ ownerQueue: (shardId) => `${queue}.${Math.floor(shardId / 4)}` });
    const { channel } = await openChannel(server.url);
    await channel.assertQueue(`${queue}.1`, { durable: true });
    bed.send({ op: 0, shard: 5, data: voice });
    bed.send({ op: 0, shard: 9, data: voice });
    await until(() => bed.dead.length === 1 && bed.commands.status().forwarded === 1);
    expect(reasons(bed.dead)).toEqual(['foreignShard']);
    const message = await channel.get(`${queue}.1`, { noAck: true });
    expect(message && JSON.parse(message.content.toString())).toEqual({ op: 0, shard: 5, data: voice });
    expect(message && message.properties).toMatchObject({ deliveryMode: 2, headers: { 'x-shardgate-hops': 1 } });
  });

  it('wait for a shard that has not been started yet', async () => {
    let tries = 0;
    const intake: CommandPort = {
      execute: async () => {
        if (++tries < 2) throw new CommandError('notReady', 'shard 0 has not been started yet');
        return {};
      },
    };
    const bed = await startCommands({ intake });
    bed.send({ op: 0, shard: 0, data: voice }, 'early');
    await until(() => bed.answers.length === 1);
    expect(bed.answers[0]?.body).toEqual({ ok: true, result: {} });
  });

  it('go back to their queue when the process stops before they are carried out', async () => {
    const bed = await startCommands({ stopTimeoutMs: 100 });
    bed.send({ op: 0, shard: 1, data: voice });
    await until(() => bed.commands.status().underWay === 1);
    await bed.commands.stop();
    bed.release();
    const { channel } = await openChannel(server.url);
    await until(async () => (await channel.checkQueue(queue)).messageCount === 1);
  });

  it('that are under way when the process stops are finished first', async () => {
    const bed = await startCommands();
    bed.send({ op: 0, shard: 1, data: voice }, 'last');
    await until(() => bed.commands.status().underWay === 1);
    const stopped = bed.commands.stop();
    bed.release();
    await stopped;
    await until(() => bed.answers.length === 1);
    const { channel } = await openChannel(server.url);
    expect((await channel.checkQueue(queue)).messageCount).toBe(0);
  });

  it.skipIf(!canBreak('rabbitmq') || !isLong('commands from a RabbitMQ that is killed'))(
    'are taken again when the broker was killed and is back',
    { timeout: 90_000 },
    async () => {
      const bed = await startCommands();
      await server.kill();
      await until(() => !bed.commands.status().connected);
      await server.restart();
      await until(() => bed.commands.status().connected, 60_000);
      const { channel } = await openChannel(server.url);
      channel.sendToQueue(queue, Buffer.from(JSON.stringify({ op: 0, shard: 2, data: voice })));
      await until(() => bed.executed.length === 1);
    },
  );

  it('say at once which option is wrong', () => {
    const { intake } = createIntake();
    const url = 'amqp://user:geheim@broker';
    expect(() => createAmqpCommands({ url, intake, deadLetterQueue: 'gateway.send' })).toThrow('is among queues');
    // @ts-expect-error: mistyped on purpose.
    expect(() => createAmqpCommands({ url, intake, prefetsch: 5 })).toThrow("did you mean 'prefetch'?");
    expect(() => createAmqpCommands({ url, intake, prefetch: 1 })).toThrow(RangeError);
  });
});

import { spawn } from 'node:child_process';
import { connect, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createAmqpSink, type AmqpSinkOptions } from '@shardgate/brokers/amqp';
import type { DeliveryEvent, DeliveryGap } from '@shardgate/delivery';
import { connect as connectAmqp, type ConfirmChannel } from 'amqplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSelfSigned } from '../../../test/beds/certificate.ts';
import { startRabbitmq, type RabbitmqServer } from '../../../test/services/rabbitmq.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { checkSink, type Arrival } from '../../delivery/test/sink-contract.ts';
import { recordMessage } from '../src/amqp/event-message.ts';
import { createMessageWriter, type MessageWriter } from '../src/amqp/message-writer.ts';
import { openChannel, startConsumer } from './amqp-consumer.ts';
import { startBed, until } from './broker-bed.ts';
import { MANY } from './event-load.ts';
import { arrivalOf, serverReceiver } from './server-receiver.ts';

/** Over 40 channels of 4 shards. */
const EVENTS = MANY;

let server: RabbitmqServer;
let exchange = '';
let queue = '';
let tests = 0;

beforeAll(async () => void (server = await startRabbitmq()), 120_000);
afterAll(() => server?.end());
beforeEach(() => {
  tests++;
  exchange = `gateway-${tests}`;
  queue = `gateway-${tests}.recv`;
});

const sinkOf = (options: Partial<AmqpSinkOptions> = {}) =>
  createAmqpSink({ url: server.url, exchange, queue, ...options });

const event: DeliveryEvent = {
  kind: 'event',
  shardId: 3,
  shardCount: 8,
  offset: 17,
  sessionId: 'abc',
  seq: 42,
  t: 'MESSAGE_DELETE',
  receivedAt: 1_700_000_000_123,
  bytes: Buffer.from('{"t":"MESSAGE_DELETE","s":42,"op":0,"d":{"id":"1","n":1e2}}'),
};

describe('an event as a message', () => {
  it('has op, t and d in this order, with the bytes of d as Discord sent them', () => {
    const { body, routingKey } = recordMessage(event, { bodyMembers: [] });
    expect(Buffer.concat(body).toString()).toBe('{"op":0,"t":"MESSAGE_DELETE","d":{"id":"1","n":1e2}}');
    expect(routingKey).toBe('MESSAGE_DELETE');
  });

  it('has the object as it was before where the event has it', () => {
    const { body } = recordMessage({ ...event, old: Buffer.from('[{"id":"1"}]') }, { bodyMembers: [] });
    expect(Buffer.concat(body).toString()).toBe(
      '{"op":0,"t":"MESSAGE_DELETE","d":{"id":"1","n":1e2},"old":[{"id":"1"}]}',
    );
  });

  it('has number and shard in its body when they are asked for', () => {
    const { body } = recordMessage(event, { bodyMembers: ['s', 'shard'] });
    expect(Buffer.concat(body).toString()).toBe(
      '{"op":0,"t":"MESSAGE_DELETE","d":{"id":"1","n":1e2},"s":42,"shard":3}',
    );
  });

  it('has identity, time, name and shard as properties', () => {
    expect(recordMessage(event, { bodyMembers: [] }).properties).toEqual({
      persistent: true,
      contentType: 'application/json',
      type: 'MESSAGE_DELETE',
      timestamp: 1_700_000_000,
      messageId: '3/8:abc:42',
      headers: { shard: 3, shards: 8, seq: 42 },
    });
  });
});

describe('a bot of twilight-dispatch', () => {
  it('gets its events from the queue it knows, in the order of each channel, over all of them', async () => {
    const bed = await startBed(sinkOf(), { maxMemoryBytes: 512 * 1024 * 1024 });
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    for (let n = 0; n < EVENTS; n++) bed.emit(n % 4, 'MESSAGE_CREATE', { channel_id: `${n % 40}`, n });
    await bed.drained(60_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    const used = process.cpuUsage(cpu);
    console.info(
      `RabbitMQ: ${Math.round(EVENTS / seconds)} events/s confirmed, ${((used.user + used.system) / EVENTS).toFixed(1)} µs of CPU an event`,
    );
    const bot = await startConsumer(server.url, queue);
    await until(() => bot.got.length === EVENTS, 60_000);
    const last = new Map<unknown, number>();
    for (const { t, d } of bot.got) {
      expect(t).toBe('MESSAGE_CREATE');
      expect(Number(d['n'])).toBeGreaterThan(last.get(d['channel_id']) ?? -1);
      last.set(d['channel_id'], Number(d['n']));
    }
    expect(bot.got).toHaveLength(EVENTS);
  }, 120_000);

  it('finds exchange and queue as it declares them itself', async () => {
    const bed = await startBed(sinkOf());
    bed.emit(0, 'READY', {});
    await bed.drained();
    const { channel } = await openChannel(server.url);
    await channel.assertExchange(exchange, 'topic', { durable: true });
    expect(await channel.assertQueue(queue, { durable: true })).toMatchObject({ messageCount: 1 });
  });

  it('may bind a queue of its own to one event', async () => {
    const { channel } = await openChannel(server.url);
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.assertQueue(queue, { durable: true });
    await channel.bindQueue(queue, exchange, 'GUILD_CREATE');
    const bed = await startBed(sinkOf({ queue: false }));
    bed.emit(1, 'MESSAGE_CREATE', {});
    bed.emit(1, 'GUILD_CREATE', { id: '7' });
    await bed.drained();
    const bot = await startConsumer(server.url, queue);
    await until(() => bot.got.length === 1);
    expect(bot.got).toEqual([{ op: 0, t: 'GUILD_CREATE', d: { id: '7' } }]);
    expect(bot.messages[0]?.properties).toMatchObject({ deliveryMode: 2, messageId: '1/4:session-1:2' });
  });

  it('as examples/brokers has one handles an event and commands the shard that it came from', async () => {
    const bed = await startBed(sinkOf({ exchange: 'gateway', queue: 'gateway.recv' }));
    const { channel } = await openChannel(server.url);
    await channel.assertQueue('gateway.send', { durable: true });
    const example = fileURLToPath(new URL('../../../examples/brokers/rabbitmq-bot.mjs', import.meta.url));
    const bot = spawn(process.execPath, [example], { env: { ...process.env, AMQP_URL: server.url }, stdio: 'ignore' });
    onTestFinished(() => void bot.kill('SIGKILL'));
    bed.emit(2, 'MESSAGE_CREATE', { content: '!voice', guild_id: '1', channel_id: '2' });
    await bed.drained();
    const sent: unknown[] = [];
    await channel.consume(
      'gateway.send',
      (message) => void (message && sent.push(JSON.parse(message.content.toString()))),
    );
    await until(() => sent.length === 1);
    const d = { guild_id: '1', channel_id: '2', self_mute: false, self_deaf: true };
    expect(sent).toEqual([{ op: 0, shard: 2, data: { op: 4, d } }]);
  });

  it('gets events whose data are larger than a frame', async () => {
    const bed = await startBed(sinkOf());
    const text = '🎉'.repeat(200_000);
    bed.emit(0, 'GUILD_CREATE', { text });
    await bed.drained();
    const bot = await startConsumer(server.url, queue);
    await until(() => bot.got.length === 1);
    expect(bot.got[0]?.d['text']).toBe(text);
  });
});

describe('a message of ours on a channel of amqplib', () => {
  const message = recordMessage(event, { bodyMembers: [] });
  const published = (writer: MessageWriter) =>
    new Promise<void>((resolve, reject) =>
      writer.publish(message, (error) => (error === null ? resolve() : reject(error))),
    );

  const openConfirmed = async (): Promise<ConfirmChannel> => {
    const connection = await connectAmqp(server.url);
    onTestFinished(() => connection.close());
    const channel = await connection.createConfirmChannel();
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.assertQueue(queue, { durable: true });
    await channel.bindQueue(queue, exchange, '#');
    return channel;
  };

  it('is the one that amqplib writes where its inside is not as we know it', async () => {
    const channel = await openConfirmed();
    const ours = createMessageWriter(channel, exchange);
    Object.defineProperty(channel.connection, 'frameMax', { value: undefined });
    const theirs = createMessageWriter(channel, exchange);
    const publish = vi.spyOn(channel, 'publish');
    await published(ours);
    expect(publish).not.toHaveBeenCalled();
    await published(theirs);
    expect(publish).toHaveBeenCalledOnce();
    const [one, other] = [await channel.get(queue), await channel.get(queue)];
    if (one === false || other === false) throw new Error('two messages are in the queue');
    expect(one.properties).toEqual(other.properties);
    expect(one.content.equals(other.content)).toBe(true);
  });

  it('is not taken once the channel is closed', async () => {
    const channel = await openConfirmed();
    const writer = createMessageWriter(channel, exchange);
    await published(writer);
    await channel.close();
    expect(() => writer.publish(message, () => {})).toThrow('the channel is closed');
  });
});

describe('the queue', () => {
  it('may be a quorum queue, which is not published to before it can be relied on', async () => {
    const sink = sinkOf({ queueType: 'quorum' });
    const bed = await startBed(sink);
    bed.emit(0, 'READY', {});
    await until(() => sink.status().connections === 1);
    expect(sink.status().ready).toBe(false);
    await bed.drained();
    const bot = await startConsumer(server.url, queue);
    await until(() => bot.got.length === 1);
  });

  it('that is full lets events wait and keeps their order', async () => {
    const sink = sinkOf({ maxLength: 200 });
    const bed = await startBed(sink);
    for (let n = 0; n < 2_000; n++) bed.emit(n % 4, 'MESSAGE_CREATE', { channel_id: `${n % 4}`, n });
    await until(() => sink.status().full);
    const { channel } = await openChannel(server.url);
    expect((await channel.checkQueue(queue)).messageCount).toBeLessThanOrEqual(200);
    const bot = await startConsumer(server.url, queue);
    await bed.drained();
    await until(() => bot.got.length >= 2_000);
    expect(bot.got.map(({ d }) => d['n']).filter((n) => Number(n) % 4 === 0)).toEqual(
      Array.from({ length: 500 }, (_, index) => index * 4),
    );
    expect(bot.got).toHaveLength(2_000);
    expect(bed.notes).toContainEqual(expect.stringMatching(/is full; events wait/));
  });

  it('that exists with other properties is told with what to do, until it is right', async () => {
    const { channel } = await openChannel(server.url);
    await channel.assertQueue(queue, { durable: true, maxLength: 5 });
    const bed = await startBed(sinkOf());
    bed.emit(0, 'READY', {});
    await until(() => bed.notes.some((note) => note.includes('inequivalent')));
    expect(bed.notes[0]).toMatch(/^error: amqp:\/\/127.0.0.1:\d+: .*it exists with other properties/);
    await channel.deleteQueue(queue);
    await bed.drained();
  });
});

describe('over TLS', () => {
  /** What stands in front of a broker that is reached from outside. */
  async function startTls(certificate: { cert: string; key: string }): Promise<string> {
    const front = createTlsServer(certificate, (client) => {
      const broker = connect(server.port, '127.0.0.1');
      for (const socket of [client, broker]) socket.on('error', () => {});
      client.pipe(broker).pipe(client);
    });
    front.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void front.close());
    return `amqps://guest:guest@127.0.0.1:${(front.address() as AddressInfo).port}`;
  }

  it('the broker has to show a certificate that an authority of ours vouches for', async () => {
    const certificate = createSelfSigned({ host: 'broker.test' });
    const url = await startTls(certificate);
    const refused = await startBed(sinkOf({ url }));
    await until(() => refused.notes.length > 0);
    expect(refused.notes).toEqual([expect.stringMatching(/^error: amqps:.*self-signed certificate.*trying again$/)]);
    await refused.stop();
    const bed = await startBed(sinkOf({ url, tls: { ca: certificate.cert, servername: 'broker.test' } }));
    bed.emit(0, 'READY', {});
    await bed.drained();
    expect(bed.notes).toEqual([]);
  });
});

describe('the sink', () => {
  it('passes over gaps, and counts them, unless they are wanted', async () => {
    const sink = sinkOf();
    const acknowledged: number[] = [];
    let isReady = false;
    await sink.open({ setReady: (ready) => (isReady = ready), report: () => {} });
    onTestFinished(() => sink.close());
    await until(() => isReady);
    const gap: DeliveryGap = {
      kind: 'gap',
      shardId: 0,
      shardCount: 1,
      offset: 5,
      sessionId: 's',
      afterSeq: 1,
      nextSeq: null,
      cause: 'sessionLost',
      count: null,
      detectedAt: 0,
    };
    await sink.deliver({
      lane: { shardId: 0, shardCount: 1 },
      records: [gap],
      attempt: 0,
      acknowledge: (offset) => void acknowledged.push(offset),
      signal: new AbortController().signal,
    });
    expect(acknowledged).toEqual([5]);
    expect(sink.status().untoldGaps).toBe(1);
  });

  it('rejects what is under way when it is closed', async () => {
    const sink = sinkOf();
    let isReady = false;
    await sink.open({ setReady: (ready) => (isReady = ready), report: () => {} });
    await until(() => isReady);
    const delivered = sink.deliver({
      lane: { shardId: 0, shardCount: 1 },
      records: [event],
      attempt: 0,
      acknowledge: () => {},
      signal: new AbortController().signal,
    });
    await Promise.all([expect(delivered).rejects.toThrow('closed by us'), sink.close()]);
    await expect(sink.close()).resolves.toBeUndefined();
    expect(isReady).toBe(false);
  });

  it('says at once which option is wrong, without showing the address', () => {
    expect(() => createAmqpSink({ url: 'http://user:geheim@broker' })).toThrow(
      "createAmqpSink: option 'url' is not shown: expected an address like amqp://",
    );
    // @ts-expect-error: mistyped on purpose.
    expect(() => createAmqpSink({ url: server.url, queueTyp: 'quorum' })).toThrow("did you mean 'queueType'?");
    expect(() => createAmqpSink({ url: server.url, queue: false, maxLength: 5 })).toThrow('maxLength is a property');
  });
});

describe.skipIf(!canBreak('rabbitmq'))('a broker of our own', () => {
  it(
    'lets events wait while its memory is used up, and tells when it takes them again',
    { timeout: 120_000 },
    async () => {
      const sink = sinkOf();
      const bed = await startBed(sink);
      await until(() => sink.status().ready);
      await server.ctl('set_vm_memory_high_watermark', 'absolute', '1MiB');
      for (let n = 0; n < 2_000; n++) bed.emit(n % 4, 'MESSAGE_CREATE', { n });
      await until(() => sink.status().blocked);
      expect(sink.status()).toMatchObject({ ready: false, blocked: true, connections: 1 });
      await server.ctl('set_vm_memory_high_watermark', '0.8');
      await bed.drained(60_000);
      const { channel } = await openChannel(server.url);
      expect((await channel.checkQueue(queue)).messageCount).toBe(2_000);
      expect(bed.notes.map((note) => note.replace(/amqp:\S+/, 'it'))).toEqual([
        'warn: it takes no messages: it is out of memory or disk; events wait',
        'info: it takes messages again',
      ]);
    },
  );

  checkSink('createAmqpSink', async () => ({
    ...serverReceiver(server),
    sink: sinkOf({ gaps: true, heartbeatSeconds: 5, backOff: { baseMs: 20, capMs: 500 } }),
    received: async () => {
      const { channel } = await openChannel(server.url);
      const arrivals: Arrival[] = [];
      for (;;) {
        const message = await channel.get(queue, { noAck: true });
        if (message === false) return arrivals;
        const { t, d } = JSON.parse(message.content.toString()) as { t: string; d: unknown };
        arrivals.push(arrivalOf(t, d));
      }
    },
  }));
});

import { describe, expect, it, vi } from 'vitest';
import { createEventClient } from '../src/stream/create-event-client.ts';
import { eventsMessage, startServer, testClient, TRANSPORTS } from './stream-server.ts';

describe('createEventClient', () => {
  it.each([
    [{}, /'url' is missing: expected ws:.*\n.*'name' is missing/],
    [{ url: 'ws://x' }, /'name' is missing/],
    [{ url: 'http://x', name: 'a' }, /'url' is not shown: expected ws:/],
    [{ url: 'ws://u:secret@x', name: 'a' }, /secretKey/],
    [{ url: 'unix:', name: 'a' }, /url/],
    [{ url: 'ws://x', name: 'a b' }, /name/],
    [{ url: 'ws://x', name: 'a', concurrency: 0 }, /concurrency/],
    [{ url: 'ws://x', name: 'a', secretKey: '' }, /secretKey/],
    [{ url: 'ws://x', name: 'a', secretkey: 'hidden' }, /no option 'secretkey'.*secretKey/],
    [{ url: 'ws://x', name: 'a', window: { events: 1 } }, /'window' .*expected { events, bytes }/],
    [{ url: 'ws://x', name: 'a', events: ['message'] }, /events/],
    [{ url: 'ws://x', name: 'a', onHandlerError: 'drop' }, /onHandlerError/],
    [{ url: 'ws://x', name: 'a', seen: new Map() }, /seen/],
  ])('refuses the options %j', (options, message) => {
    expect(() => createEventClient(options as never)).toThrow(message);
  });

  it('does nothing before connect, and never shows the key', async () => {
    const server = await startServer('websocket');
    const client = testClient(server.url, { secretKey: 'hidden-key' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.connections).toBe(0);
    const { inspect } = await import('node:util');
    expect(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client)).not.toContain('hidden-key');
    await client.close();
    await expect(client.connect()).rejects.toMatchObject({ code: 'closed' });
  });
});

describe.each(TRANSPORTS)('a client over %s', (transport) => {
  it('says hello with what it was given', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url, {
      secretKey: 'k',
      window: { events: 10, bytes: 5_000 },
      events: ['READY'],
    });
    const connecting = client.connect();
    const far = await server.accept();
    expect(await far.next('hello')).toEqual({
      op: 'hello',
      version: 1,
      reshards: true,
      name: 'bot-1',
      key: 'k',
      window: { events: 10, bytes: 5_000 },
      events: ['READY'],
    });
    expect(client.isConnected).toBe(false);
    await client.close();
    await expect(connecting).rejects.toMatchObject({ code: 'closed' });
  });

  it('connects again when the connection is lost, and forgets no event it has handled', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    const log: string[] = [];
    client.on('connected', () => void log.push('connected'));
    client.on('disconnected', () => void log.push('disconnected'));
    client.on('MESSAGE_CREATE', (_data, { offset }) => void log.push(String(offset)));
    void client.connect();
    for (let round = 1; round <= 3; round++) {
      const far = await server.welcome();
      far.send({ op: 'lease', lane: '0/2', epoch: 1 });
      far.send(
        eventsMessage([
          [round, '1'],
          [round + 1, '1'],
        ]),
      );
      expect(await far.next('ack')).toMatchObject({ offset: round + 1 });
      far.cut();
      await vi.waitUntil(() => log.at(-1) === 'disconnected');
    }
    expect(log).toEqual([
      'connected',
      '1',
      '2',
      'disconnected',
      'connected',
      '3',
      'disconnected',
      'connected',
      '4',
      'disconnected',
    ]);
  });

  it('gives up when the key is refused, and only then', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url, { secretKey: 'k' });
    const errors: unknown[] = [];
    client.on('error', (error) => void errors.push(error));
    const connecting = client.connect();
    for (const code of ['goingAway', 'tooManyClients', 'internal']) {
      const far = await server.accept();
      far.send({ op: 'error', code, message: 'not now', fatal: true });
      far.cut();
    }
    const far = await server.accept();
    far.send({ op: 'error', code: 'unauthorized', message: 'the key is wrong', fatal: true });
    await new Promise((resolve) => setTimeout(resolve, 30));
    far.cut();
    await expect(connecting).rejects.toMatchObject({ code: 'refused' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.connections).toBe(4);
    expect(JSON.stringify(errors)).not.toContain('"k"');
    // Whoever has set things right may try again.
    const again = client.connect();
    await server.welcome();
    await again;
  });

  it('does not wait longer for a connection than asked to, and goes on trying', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    await expect(client.connect({ deadlineMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
    await Promise.all([server.welcome(), client.connect()]);
  });

  it('takes a server that is silent for gone', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    void client.connect();
    const far = await server.welcome({ pingIntervalMs: 40, silenceTimeoutMs: 150 });
    for (let n = 1; n <= 8; n++) {
      expect(await far.next('ping')).toEqual({ op: 'ping', n });
      far.send({ op: 'pong', n });
    }
    await far.closed;
    await server.welcome();
  });

  it('drops a connection on which comes what is no message', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    const errors: unknown[] = [];
    client.on('error', (error) => void errors.push(error));
    void client.connect();
    const far = await server.welcome();
    far.send({ op: 'somethingNew' });
    far.send(eventsMessage([[1, '1']], { lane: '9/9' }));
    await vi.waitUntil(() => errors.length === 1);
    far.sendText('{"op":');
    await far.closed;
    await server.welcome();
    expect(errors).toMatchObject([{ code: 'protocol' }, { code: 'protocol' }]);
  });

  it('drains: tells the gateway, lets handlers finish, acknowledges, and ends with the connection', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    let finish: () => void = () => {};
    client.on('MESSAGE_CREATE', () => new Promise<void>((resolve) => (finish = resolve)));
    const [far] = await Promise.all([server.welcome(), client.connect()]);
    far.send({ op: 'lease', lane: '0/2', epoch: 1 });
    far.send(eventsMessage([[1, '1']]));
    await vi.waitUntil(() => client.status().running === 1);
    let isClosed = false;
    const closing = client.close().then(() => (isClosed = true));
    expect(await far.next('bye')).toEqual({ op: 'bye' });
    finish();
    expect(await far.next('ack')).toMatchObject({ offset: 1 });
    expect(isClosed).toBe(false);
    far.cut();
    await closing;
    expect(server.connections).toBe(1);
  });

  it('closes within its deadline, whatever the handlers do', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    client.on('MESSAGE_CREATE', () => new Promise(() => {}));
    const [far] = await Promise.all([server.welcome(), client.connect()]);
    far.send({ op: 'lease', lane: '0/2', epoch: 1 });
    far.send(eventsMessage([[1, '1']]));
    await vi.waitUntil(() => client.status().running === 1);
    await client.close({ deadlineMs: 50 });
    await far.closed;
  });
});

describe('a client over websocket', () => {
  it.each([
    [401, 'refused'],
    [503, 'timeout'],
  ])('that is answered %i before there is a WebSocket ends with %s', async (status, code) => {
    const server = await startServer('websocket', { refuse: status });
    const client = testClient(server.url);
    await expect(client.connect({ deadlineMs: 200 })).rejects.toMatchObject({ code });
  });
});

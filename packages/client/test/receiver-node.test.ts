import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import { createEventReceiver } from '../src/receiver/create-event-receiver.ts';
import { eventBody, KEY, serve, ways } from './receiver-bed.ts';

describe('a receiver on node:http', () => {
  it('refuses a repeated key header', async () => {
    const url = new URL(await serve(createEventReceiver({ secretKey: KEY })));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = ['Host', url.host, 'Authorization', KEY, 'Authorization', 'other'];
      const sending = httpRequest({ port: url.port, host: url.hostname, method: 'POST', headers }, resolve);
      sending.on('error', reject).end(eventBody(1));
    });
    expect(response.statusCode).toBe(401);
    response.resume();
  });

  it.each(['announced', 'not announced'])(
    'says 413 to a long body whose length is %s, and the sender hears it',
    async (how) => {
      const url = await serve(createEventReceiver({ secretKey: KEY, maxBodyBytes: 1_000 }));
      const body = Buffer.alloc(5_000_000, 'x');
      const length = how === 'announced' ? { 'content-length': body.length } : {};
      const sending = httpRequest(url, { method: 'POST', headers: { authorization: KEY, ...length } });
      const sent = new Promise((resolve) => sending.once('finish', resolve));
      const response = new Promise<IncomingMessage>((resolve, reject) =>
        sending.on('response', resolve).on('error', reject),
      );
      sending.write(body);
      sending.end();
      expect((await response).statusCode).toBe(413);
      (await response).resume();
      await sent;
    },
  );

  it('takes a body that a framework has kept as bytes, and tells of one it has lost', async () => {
    const got: unknown[] = [];
    const receiver = createEventReceiver({ secretKey: KEY, handler: (event) => got.push(event.seq) });
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const bytes = Buffer.concat(chunks);
        Object.assign(request, { body: request.url === '/raw' ? bytes : (JSON.parse(bytes.toString()) as unknown) });
        void receiver.handle(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => server.close().closeAllConnections());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const send = (path: string) =>
      fetch(url + path, { method: 'POST', headers: { authorization: KEY }, body: eventBody(4) });
    expect((await send('/raw')).status).toBe(204);
    expect(got).toEqual([4]);
    const parsed = await send('/json');
    expect(parsed.status).toBe(500);
    expect(await parsed.text()).toContain('put the receiver before body parsers');
  });
});

it("listeners get Discord's types, and can be taken away", async () => {
  const { receiver, send } = await ways.fetch();
  const got: string[] = [];
  const stop = receiver.on('MESSAGE_CREATE', (message, event) => {
    expectTypeOf(message.content).toEqualTypeOf<string>();
    expectTypeOf(event.t).toEqualTypeOf<'MESSAGE_CREATE'>();
    got.push(message.content);
  });
  // @ts-expect-error there is no such event
  receiver.on('MESSAGE_CRATE', () => undefined);
  await send({ body: eventBody(1) });
  stop();
  await send({ body: eventBody(2) });
  expect(got).toEqual(['text 1 🎉']);
});

it('wrong options are named, and keys not shown', () => {
  expect(() => createEventReceiver({})).toThrow('expected a secretKey or a signingKey');
  expect(() => createEventReceiver({ secretKye: 'hidden' } as never)).toThrow(
    /has no option 'secretKye'; there are secretKey/,
  );
  expect(() => createEventReceiver({ secretKye: 'hidden' } as never)).not.toThrow('hidden');
  expect(() => createEventReceiver({ secretKey: 'hid den' })).not.toThrow('hid den');
  expect(() => createEventReceiver({ secretKey: [] })).toThrow("option 'secretKey' is not shown: expected a key");
  expect(() => createEventReceiver({ secretKey: KEY, maxBodyBytes: 0 })).toThrow(
    "option 'maxBodyBytes' is 0: expected a whole number",
  );
  expect(inspect(createEventReceiver({ secretKey: KEY }), { depth: 9, showHidden: true })).not.toContain(KEY);
});

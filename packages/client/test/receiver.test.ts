import { describe, expect, it } from 'vitest';
import type { ReceivedEvent } from '../src/event.ts';
import { asBatch, eventBody, KEY, line, payloadOf, ways } from './receiver-bed.ts';

describe.each(['handle', 'fetch'] as const)('a receiver through %s', (way) => {
  const start = ways[way];

  it('takes one event and answers 204', async () => {
    const got: ReceivedEvent[] = [];
    const before = Date.now();
    const { receiver, send } = await start({ secretKey: KEY, handler: (event) => got.push(event) });
    const answer = await send({ body: eventBody(7, 3) });
    expect([answer.status, answer.body]).toEqual([204, '']);
    const { t, s, d } = payloadOf(7);
    expect(got).toEqual([
      {
        id: null,
        shardId: 3,
        shardCount: null,
        sessionId: null,
        seq: s,
        t,
        d,
        receivedAt: expect.any(Number),
        attempt: 0,
      },
    ]);
    expect(got[0]?.receivedAt).toBeGreaterThanOrEqual(before);
    expect(receiver.status()).toEqual({ handled: 1, duplicates: 0, failed: 0, gaps: 0, reshards: 0, refused: 0 });
  });

  it('reads what our gateway says in headers', async () => {
    const got: ReceivedEvent[] = [];
    const { send } = await start({ secretKey: KEY, handler: (event) => got.push(event) });
    const headers = {
      authorization: KEY,
      'shardgate-event-id': '3/16:a:b/c:7',
      'shardgate-attempt': '2',
      'shardgate-guild-id': '55',
      'shardgate-guild-event': 'join',
      'shardgate-received-at': '1700000000123',
    };
    await send({ headers, body: eventBody(7, 3) });
    expect(got).toEqual([
      expect.objectContaining({
        id: '3/16:a:b/c:7',
        shardCount: 16,
        sessionId: 'a:b/c',
        guildId: '55',
        guildEvent: 'join',
        receivedAt: 1_700_000_000_123,
        attempt: 2,
      }),
    ]);
  });

  it.each(['data', 'message', 'payload'])(
    'takes the payload as %s, as one release of Discordeno or another has it',
    async (name) => {
      const got: ReceivedEvent[] = [];
      const { send } = await start({ secretKey: KEY, handler: (event) => got.push(event) });
      expect((await send({ body: JSON.stringify({ [name]: payloadOf(1), shardId: 0 }) })).status).toBe(204);
      expect(got).toMatchObject([{ shardId: 0, seq: 1, t: 'MESSAGE_CREATE', d: payloadOf(1).d }]);
    },
  );

  it('takes a batch in its order, gaps included', async () => {
    const got: unknown[] = [];
    const push = (what: unknown): void => void got.push(what);
    const { send } = await start({ secretKey: KEY, handler: (event) => push(event.seq), onGap: push });
    const gap = {
      shardId: 1,
      shardCount: 4,
      offset: 2,
      sessionId: 'abc',
      afterSeq: 1,
      nextSeq: null,
      cause: 'expired',
      count: 9,
      detectedAt: 5,
    };
    const body = `${line(1)}${JSON.stringify({ gap })}\n${line(3)}`;
    expect((await send({ headers: asBatch, body })).status).toBe(204);
    expect(got).toEqual([1, gap, 3]);
  });

  it('tells a batch that it was taken, and everything that is known of its events', async () => {
    const got: ReceivedEvent[] = [];
    const { send } = await start({ secretKey: KEY, handler: (event) => got.push(event) });
    const body = line(1, { guildId: '5', guildEvent: 'leave' });
    await send({ headers: { ...asBatch, 'shardgate-attempt': '3' }, body });
    const { t, d } = payloadOf(1);
    const facts = { id: '1/4:abc:1', shardId: 1, shardCount: 4, sessionId: 'abc', seq: 1, receivedAt: 1_001 };
    expect(got).toEqual([{ ...facts, t, d, guildId: '5', guildEvent: 'leave', attempt: 3 }]);
  });

  it.each([
    ['no key', {}],
    ['an empty key', { authorization: '' }],
    ['the beginning of the key', { authorization: KEY.slice(0, -1) }],
    ['a longer key', { authorization: `${KEY}x` }],
    ['another key', { authorization: 'x'.repeat(KEY.length) }],
    ['the key twice', { authorization: `${KEY}, ${KEY}` }],
  ])('answers 401 to %s, and does not read on', async (_, headers) => {
    const { receiver, send } = await start({ secretKey: KEY, handler: () => expect.unreachable() });
    const answer = await send({ headers, body: eventBody(1) });
    expect([answer.status, answer.body]).toEqual([401, '{"error":"Invalid secret key."}']);
    expect(receiver.status().refused).toBe(1);
  });

  it('accepts an old and a new key while it is being changed', async () => {
    const { send } = await start({ secretKey: ['old-key', 'new-key'] });
    for (const [authorization, status] of [
      ['old-key', 204],
      ['new-key', 204],
      ['older', 401],
    ] as const)
      expect((await send({ headers: { authorization }, body: eventBody(1) })).status).toBe(status);
  });

  it.each(['GET', 'PUT', 'DELETE'])('answers 405 to %s', async (method) => {
    const answer = await (await start()).send({ method });
    expect([answer.status, answer.body]).toEqual([405, '{"error":"Method not allowed."}']);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it.each([
    ['{"shardId":0,', 'The body is not JSON.'],
    ['[]', 'The body is not an object.'],
    ['{"data":{}}', 'shardId is not a whole number.'],
    ['{"shardId":1.5,"data":{}}', 'shardId is not a whole number.'],
    ['{"shardId":-1,"data":{}}', 'shardId is not a whole number.'],
    ['{"shardId":0}', 'There is no payload: expected an object as data.'],
    ['{"shardId":0,"data":"text"}', 'There is no payload: expected an object as data.'],
    ['{"shardId":0,"gap":{"offset":"x"}}', 'There is a gap that cannot be read.'],
    ['', 'The body is not JSON.'],
  ])('answers 400 to %s', async (body, error) => {
    const answer = await (await start()).send({ body });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { error }]);
  });

  it('answers 400 to a batch with one wrong line, and handles none of it', async () => {
    const { send } = await start({ secretKey: KEY, handler: () => expect.unreachable() });
    const answer = await send({ headers: asBatch, body: `${line(1)}{"shardId":\n` });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { error: 'Line 2 is not JSON.' }]);
  });

  it('answers 413 to a body that is too long, announced or not', async () => {
    const { send } = await start({ secretKey: KEY, maxBodyBytes: 300 });
    expect((await send({ body: 'x'.repeat(301) })).status).toBe(413);
    expect((await send({ body: eventBody(1) })).status).toBe(204);
  });

  it('passes over messages that are no events', async () => {
    const { send } = await start({ secretKey: KEY, handler: () => expect.unreachable() });
    expect((await send({ body: '{"shardId":0,"data":{"op":10,"d":{},"t":null,"s":null}}' })).status).toBe(204);
  });

  it('poisons no prototype', async () => {
    const { send } = await start();
    const body =
      '{"shardId":0,"__proto__":{"polluted":1},"data":{"t":"X","s":1,"__proto__":{"polluted":1},"d":{"__proto__":{"polluted":1}}}}';
    expect((await send({ body })).status).toBe(204);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

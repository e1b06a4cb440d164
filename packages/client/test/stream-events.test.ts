import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import type { StreamEvent } from '../src/stream/client-event.ts';
import { eventsMessage, startServer, testClient, TRANSPORTS } from './stream-server.ts';
import { connected } from './stream-client-bed.ts';

const until = vi.waitUntil;

describe.each(TRANSPORTS)('the events of a client over %s', (transport) => {
  it('come to their listeners with all there is to know, typed', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    const got: StreamEvent[] = [];
    client.on('MESSAGE_CREATE', (message, event) => {
      expectTypeOf(message).toEqualTypeOf<GatewayMessageCreateDispatchData>();
      expectTypeOf(event.d).toEqualTypeOf<GatewayMessageCreateDispatchData>();
      got.push(event);
    });
    // @ts-expect-error there is no such event
    expect(() => client.on('messageCreate', () => {})).toThrow(/messageCreate/);
    const [far] = await Promise.all([server.welcome(), client.connect()]);
    far.send({ op: 'lease', lane: '1/2', epoch: 4 });
    far.send(eventsMessage([[5, '77', { content: 'ü' }]], { lane: '1/2', epoch: 4 }));
    expect(await far.next('ack')).toEqual({ op: 'ack', lane: '1/2', epoch: 4, offset: 5 });
    expect(got).toEqual([
      {
        id: '1/2:session-a:1005',
        shardId: 1,
        shardCount: 2,
        sessionId: 'session-a',
        seq: 1_005,
        t: 'MESSAGE_CREATE',
        d: { id: '5', content: 'ü' },
        payload: { t: 'MESSAGE_CREATE', s: 1_005, op: 0, d: { id: '5', content: 'ü' } },
        offset: 5,
        receivedAt: 1_800_000_000_000,
        attempt: 0,
        guildId: '77',
      },
    ]);
    expect([client.shardCount, client.status().lanes]).toEqual([2, ['1/2']]);
  });

  it('are acknowledged when their handlers have settled, up to the first that has not', async () => {
    const { far, doors, called } = await connected(transport);
    far.send(
      eventsMessage([
        [1, '1'],
        [2, '2'],
        [4, '3'],
      ]),
    );
    await until(() => called.length === 3);
    doors.get(2)?.open();
    doors.get(4)?.open();
    far.send({ op: 'pong', n: 0 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(far.left.filter(({ op }) => op === 'ack')).toEqual([]);
    doors.get(1)?.open();
    expect(await far.next('ack')).toMatchObject({ offset: 4 });
  });

  it('of one guild are handled in order, of different guilds beside each other, up to the limit', async () => {
    const { far, doors, called } = await connected(transport, { concurrency: 2 });
    far.send(
      eventsMessage([
        [1, '1'],
        [2, '1'],
        [3, '2'],
        [4, '3'],
        [5, null, { guild_id: '3' }],
        [6, null, { channel_id: '9' }],
      ]),
    );
    await until(() => called.length === 2);
    expect(called).toEqual([1, 3]);
    doors.get(3)?.open();
    await until(() => called.length === 3);
    expect(called).toEqual([1, 3, 4]);
    doors.get(1)?.open();
    await until(() => called.length === 4);
    doors.get(4)?.open();
    await until(() => called.length === 5);
    for (const offset of called) doors.get(offset)?.open();
    await until(() => called.length === 6);
    expect(called.indexOf(1)).toBeLessThan(called.indexOf(2));
    expect(called.indexOf(4)).toBeLessThan(called.indexOf(5));
  });

  it('that come again are dropped and acknowledged, those under way when they are done', async () => {
    const { far, doors, called, client } = await connected(transport);
    far.send(
      eventsMessage([
        [1, '1'],
        [2, '2'],
      ]),
    );
    await until(() => called.length === 2);
    doors.get(1)?.open();
    await far.next('ack');
    far.send({ op: 'revoke', lane: '0/2', epoch: 1 });
    far.send({ op: 'lease', lane: '0/2', epoch: 2 });
    far.send(
      eventsMessage(
        [
          [1, '1'],
          [2, '2'],
          [3, '3'],
        ],
        { epoch: 2 },
      ),
    );
    expect(await far.next('ack')).toMatchObject({ epoch: 2, offset: 1 });
    await until(() => called.length === 3);
    doors.get(3)?.open();
    doors.get(2)?.open();
    expect(await far.next('ack')).toMatchObject({ epoch: 2, offset: 3 });
    expect(called).toEqual([1, 2, 3]);
    expect(client.status().duplicates).toBe(2);
  });

  it('that had not begun when their lane went are left to the next client', async () => {
    const { client, far, doors, called } = await connected(transport);
    far.send(
      eventsMessage([
        [1, '1'],
        [2, '1'],
        [3, '1'],
      ]),
    );
    await until(() => called.length === 1);
    expect(client.status()).toMatchObject({ running: 1, waiting: 2 });
    far.send({ op: 'revoke', lane: '0/2', epoch: 1 });
    await until(() => client.status().waiting === 0);
    far.send({ op: 'lease', lane: '1/2', epoch: 2 });
    far.send(eventsMessage([[1, '1']], { lane: '1/2', epoch: 2 }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    doors.get(1)?.open();
    await until(() => called.length === 2);
    doors.get(1)?.open();
    expect(await far.next('ack')).toMatchObject({ lane: '1/2', offset: 1 });
    expect(called).toEqual([1, 1]);
  });

  it('that come again on the same lease, after the gateway took them back, are acknowledged again', async () => {
    const { far, doors, called } = await connected(transport);
    const message = eventsMessage([
      [1, '1'],
      [2, '2'],
    ]);
    far.send(message);
    await until(() => called.length === 2);
    doors.get(1)?.open();
    expect(await far.next('ack')).toMatchObject({ offset: 1 });
    far.send(message);
    expect(await far.next('ack')).toMatchObject({ offset: 1 });
    doors.get(2)?.open();
    expect(await far.next('ack')).toMatchObject({ offset: 2 });
    expect(called).toEqual([1, 2]);
  });

  it('that are gaps are told and acknowledged in their place', async () => {
    const { client, far } = await connected(transport);
    const gaps: unknown[] = [];
    client.on('gap', (gap) => void gaps.push(gap));
    const gap = { afterSeq: 4, nextSeq: null, count: null, cause: 'sessionLost', detectedAt: 5, offset: 7 };
    far.send({ op: 'gap', lane: '0/2', epoch: 1, session: 's', ...gap });
    expect(await far.next('ack')).toMatchObject({ offset: 7 });
    expect(gaps).toEqual([{ shardId: 0, shardCount: 2, sessionId: 's', ...gap }]);
  });

  it('can be taken by a loop: each is acknowledged when the loop asks for the next', async () => {
    const server = await startServer(transport);
    const client = testClient(server.url);
    const taken: number[] = [];
    const [far] = await Promise.all([server.welcome(), client.connect()]);
    const loop = client.events();
    far.send({ op: 'lease', lane: '0/2', epoch: 1 });
    far.send(
      eventsMessage([
        [1, '1'],
        [2, '2'],
        [3, '2'],
      ]),
    );
    taken.push((await loop.next()).value.offset);
    taken.push((await loop.next()).value.offset);
    expect(await far.next('ack')).toMatchObject({ offset: 1 });
    // A loop that ends leaves its event to the next one.
    await loop.return?.();
    for await (const { offset } of client.events()) {
      taken.push(offset);
      if (offset === 3) break;
    }
    expect(taken).toEqual([1, 2, 2, 3]);
    expect(await far.next('ack')).toMatchObject({ offset: 2 });
    const closing = client.close();
    await far.next('bye');
    await closing;
    expect(far.left).toEqual([]);
    expect(await client.events().next()).toEqual({ done: true, value: undefined });
  });
});

import { describe, expect, it, vi } from 'vitest';
import { eventsMessage, TRANSPORTS } from './stream-server.ts';
import { connected } from './stream-client-bed.ts';

const until = vi.waitUntil;

describe.each(TRANSPORTS)('the events of a client over %s', (transport) => {
  it('whose handler fails are reported and acknowledged', async () => {
    const { far, doors, called, errors, client } = await connected(transport);
    far.send(
      eventsMessage([
        [1, '1'],
        [2, '1'],
      ]),
    );
    await until(() => called.length === 1);
    doors.get(1)?.fail(new Error('broken'));
    expect(await far.next('ack')).toMatchObject({ offset: 1 });
    expect(errors).toEqual([new Error('broken')]);
    client.handleEvent = () => {
      throw new Error('at once');
    };
    far.send(eventsMessage([[3, '2']]));
    await until(() => errors.length === 2);
    expect([errors[1], client.status().failures]).toEqual([new Error('at once'), 2]);
  });

  it('whose handler fails are handled again with `retry`, while the guild waits', async () => {
    const { far, doors, called } = await connected(transport, { onHandlerError: 'retry' });
    far.send(
      eventsMessage([
        [1, '1'],
        [2, '1'],
        [3, '2'],
      ]),
    );
    await until(() => called.length === 2);
    doors.get(1)?.fail(new Error('not yet'));
    await until(() => called.length === 3);
    expect(called).toEqual([1, 3, 1]);
    doors.get(1)?.open();
    await until(() => called.length === 4);
    expect(called).toEqual([1, 3, 1, 2]);
    expect(await far.next('ack')).toMatchObject({ offset: 1 });
  });

  it('whose handler never settles end at the time limit', async () => {
    const { far, errors } = await connected(transport, { handlerTimeoutMs: 60 });
    far.send(eventsMessage([[1, '1']]));
    expect(await far.next('ack')).toMatchObject({ offset: 1 });
    expect(errors).toMatchObject([{ code: 'handlerTimeout' }]);
  });

  it('whose handler fails are left alone when their lane has gone', async () => {
    const { far, doors, called, client } = await connected(transport, { onHandlerError: 'retry' });
    far.send(eventsMessage([[1, '1']]));
    await until(() => called.length === 1);
    far.cut();
    await until(() => !client.isConnected);
    doors.get(1)?.fail(new Error('too late'));
    await until(() => client.status().running === 0);
    expect(called).toEqual([1]);
  });

  it('that a store has seen before a restart are not handled', async () => {
    const ids = new Set(['0/2:session-a:1001']);
    const seen = {
      has: (id: string) => Promise.resolve(ids.has(id)),
      add: (id: string) => {
        ids.add(id);
        return Promise.reject(new Error('disk'));
      },
    };
    const { far, called, doors, errors } = await connected(transport, { seen });
    far.send(
      eventsMessage([
        [1, '1'],
        [2, '1'],
      ]),
    );
    await until(() => called.length === 1);
    doors.get(2)?.open();
    await until(() => far.left.some(({ op, ['offset']: offset }) => op === 'ack' && offset === 2));
    expect(called).toEqual([2]);
    expect([...ids]).toContain('0/2:session-a:1002');
    expect(errors).toEqual([new Error('disk')]);
  });
});

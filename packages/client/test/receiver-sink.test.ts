import { describe, expect, it } from 'vitest';
import { createHttpSink } from '../../delivery/src/http/http-sink.ts';
import { drain, events, gap, opened } from '../../delivery/test/http-bed.ts';
import { createEventReceiver } from '../src/receiver/create-event-receiver.ts';
import { serve } from './receiver-bed.ts';

describe.each(['event', 'batch'] as const)('sink and receiver together, format %s', (format) => {
  it('every event is handled once, in order, over a handler that fails now and then', async () => {
    const handled: (number | null)[] = [];
    const gaps: unknown[] = [];
    let calls = 0;
    const receiver = createEventReceiver({
      secretKey: 'secret',
      signingKey: 'signing',
      onError: () => undefined,
      onGap: (told) => gaps.push(told.offset),
      handler: async (event) => {
        calls += 1;
        if (calls % 17 === 0) throw new Error('now and then');
        await new Promise((resolve) => setImmediate(resolve));
        handled.push(event.seq);
      },
    });
    const url = await serve(receiver);
    const gapsToo = format === 'event' ? { gaps: true } : {};
    const keys = { secretKey: 'secret', signingKey: 'signing' };
    const { sink, door } = await opened(createHttpSink({ name: 'bot', url, format, ...keys, ...gapsToo }));
    const records = [...events(1, 100), gap(101), ...events(102, 200)];
    await drain(sink, door, records, { batchSize: 20 });
    expect(handled).toEqual(records.flatMap((record) => (record.kind === 'event' ? [record.seq] : [])));
    expect(gaps).toEqual([101]);
    expect(receiver.status()).toMatchObject({ handled: 199, refused: 0 });
  });
});

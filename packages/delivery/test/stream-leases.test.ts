import { describe, expect, it, vi } from 'vitest';
import { deliver, event, events, lane, openSink, TRANSPORTS } from './stream-bed.ts';
import { joinPeer, offsetsOf } from './stream-peer.ts';

describe.each(TRANSPORTS)('the lanes of a stream sink over %s', (transport) => {
  it('go to the next client when one is killed, which gets what was not acknowledged, in order', async () => {
    const bed = await openSink(transport);
    const first = await joinPeer(bed.url);
    const batches = [deliver(bed, events(lane(0), 1, 5)), deliver(bed, events(lane(0), 6, 9))];
    await first.next('events');
    const second = await joinPeer(bed.url, { name: 'bot-2' });
    first.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 3 });
    await vi.waitFor(() => expect(batches[0]?.acknowledged).toEqual([3]));
    first.cut();
    expect(await second.next('lease')).toEqual({ op: 'lease', lane: '0/4', epoch: 2 });
    // The first batch went out twice now; so did the second, for one message carried both.
    const again = await second.next('events');
    expect(offsetsOf(again)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(again).toMatchObject({ epoch: 2, events: [{ attempt: 1 }, {}, {}, {}, {}, {}] });
    second.send({ op: 'ack', lane: '0/4', epoch: 2, offset: 9 });
    expect(await Promise.all(batches.map(({ outcome }) => outcome))).toEqual(['acknowledged', 'acknowledged']);
  });

  it('fail their batches when the last client is killed', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const batches = [deliver(bed, events(lane(0), 1, 5)), deliver(bed, events(lane(1), 1, 2))];
    await peer.next('events');
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 2 });
    await vi.waitFor(() => expect(batches[0]?.acknowledged).toEqual([2]));
    peer.cut();
    for (const { outcome } of batches) expect(await outcome).toBe('stream: no client is connected');
    await vi.waitFor(() => expect(bed.door.readiness).toEqual([true, false]));
  });

  it('are spread evenly over clients that come, each only when what was sent on it is acknowledged', async () => {
    const bed = await openSink(transport);
    const first = await joinPeer(bed.url);
    const lanes = [0, 1, 2, 3].map((shardId) => lane(shardId));
    for (const key of lanes) deliver(bed, [event(key, 1)]);
    for (const { shardId } of lanes) {
      await first.next('events');
      if (shardId !== 1) first.send({ op: 'ack', lane: `${shardId}/4`, epoch: shardId + 1, offset: 1 });
    }
    await vi.waitFor(() => expect(bed.sink.status().clients[0]?.inFlight.events).toBe(1));
    const second = await joinPeer(bed.url, { name: 'bot-2' });
    expect(await first.next('revoke')).toEqual({ op: 'revoke', lane: '0/4', epoch: 1 });
    expect(await second.next('lease')).toEqual({ op: 'lease', lane: '0/4', epoch: 5 });
    // Lane 1 is to follow. What comes for it in the meantime waits for its next client.
    const later = deliver(bed, [event(lane(1), 2)]);
    first.send({ op: 'ping', n: 1 });
    await first.next('pong');
    expect([first.count('revoke'), first.count('events'), second.count('lease')]).toEqual([0, 0, 0]);
    first.send({ op: 'ack', lane: '1/4', epoch: 2, offset: 1 });
    expect(await first.next('revoke')).toMatchObject({ lane: '1/4' });
    expect(await second.next('lease')).toMatchObject({ lane: '1/4', epoch: 6 });
    expect(await second.next('events')).toMatchObject({ lane: '1/4', epoch: 6, events: [{ offset: 2 }] });
    second.send({ op: 'ack', lane: '1/4', epoch: 6, offset: 2 });
    expect(await later.outcome).toBe('acknowledged');
    expect(bed.sink.status().clients.map((client) => client.lanes)).toEqual([
      ['2/4', '3/4'],
      ['0/4', '1/4'],
    ]);
  });

  it('go on at once when the delivery takes back what their handing on waits for', async () => {
    const bed = await openSink(transport);
    const first = await joinPeer(bed.url);
    const batches = [deliver(bed, [event(lane(0), 1)]), deliver(bed, [event(lane(1), 1)])];
    await first.next('events');
    await first.next('events');
    const second = await joinPeer(bed.url, { name: 'bot-2' });
    expect(second.count('lease')).toBe(0);
    batches[0]?.abort();
    expect(await second.next('lease')).toMatchObject({ lane: '0/4' });
    expect(await first.next('revoke')).toMatchObject({ lane: '0/4' });
  });

  it('are refused an acknowledgement under an earlier epoch', async () => {
    const bed = await openSink(transport);
    const first = await joinPeer(bed.url);
    deliver(bed, [event(lane(0), 1)]);
    await first.next('events');
    const second = await joinPeer(bed.url, { name: 'bot-2' });
    first.cut();
    await second.next('events');
    second.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 1 });
    expect(await second.next('error')).toMatchObject({ code: 'staleAck', fatal: false });
    expect(bed.sink.status().clients[0]?.inFlight.events).toBe(1);
  });

  it('are handed on when a client says bye: it gets nothing new, its acknowledgements are awaited', async () => {
    const bed = await openSink(transport);
    const first = await joinPeer(bed.url);
    const second = await joinPeer(bed.url, { name: 'bot-2' });
    const batch = deliver(bed, [event(lane(0), 1)]);
    await first.next('events');
    first.send({ op: 'bye' });
    first.send({ op: 'ping', n: 1 });
    await first.next('pong');
    const later = deliver(bed, [event(lane(0), 2)]);
    first.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 1 });
    expect(await first.next('revoke')).toMatchObject({ lane: '0/4' });
    expect(await first.closed).toEqual({ code: transport === 'unix' ? 0 : 1000, error: undefined });
    expect(await batch.outcome).toBe('acknowledged');
    expect(first.count('events')).toBe(0);
    expect(offsetsOf(await second.next('events'))).toEqual([2]);
    expect(bed.door.readiness).toEqual([true]);
    second.send({ op: 'bye' });
    await vi.waitFor(() => expect(bed.door.readiness).toEqual([true, false]));
    second.send({ op: 'ack', lane: '0/4', epoch: 2, offset: 2 });
    expect(await later.outcome).toBe('acknowledged');
  });

  it('move on when a client takes events and acknowledges none, or falls silent', async () => {
    const bed = await openSink(transport, { ackTimeoutMs: 300, pingIntervalMs: 100, silenceTimeoutMs: 600 });
    const stuck = await joinPeer(bed.url);
    const batch = deliver(bed, [event(lane(0), 1)]);
    await stuck.next('events');
    const second = await joinPeer(bed.url, { name: 'bot-2' });
    expect((await stuck.closed).error).toBe('ackTimeout');
    expect(offsetsOf(await second.next('events'))).toEqual([1]);
    second.send({ op: 'ack', lane: '0/4', epoch: 2, offset: 1 });
    expect(await batch.outcome).toBe('acknowledged');
    expect((await second.closed).error).toBe('silent');
    expect(bed.sink.status()).toMatchObject({ clients: [], ended: { ackTimeout: 1, silent: 1 } });
  });

  it('keep a client that is slow but goes on acknowledging', async () => {
    const bed = await openSink(transport, { ackTimeoutMs: 200 });
    const peer = await joinPeer(bed.url);
    const batch = deliver(bed, events(lane(0), 1, 8));
    await peer.next('events');
    for (let offset = 1; offset <= 8; offset++) {
      await new Promise((resolve) => setTimeout(resolve, 80));
      peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset });
    }
    expect(await batch.outcome).toBe('acknowledged');
    expect(bed.sink.status().ended).toEqual({});
  });
});

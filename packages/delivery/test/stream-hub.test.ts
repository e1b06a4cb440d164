import type { Clock } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import type { StreamConnection } from '../src/stream/stream-connection.ts';
import { createStreamHub } from '../src/stream/stream-hub.ts';
import type { StreamHub } from '../src/stream/stream-hub.ts';
import { hubOptions } from '../src/stream/stream-options.ts';
import { deliver, event, events, lane, testDoor } from './stream-bed.ts';
import type { Message } from './stream-peer.ts';

interface Timer {
  readonly callback: () => void;
  readonly at: number;
}

/** Time that moves when the test says so. */
function manualClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  const timers = new Set<Timer>();
  return {
    now: () => now,
    wallTime: () => now,
    setTimer(callback, delayMs) {
      const timer = { callback, at: now + delayMs };
      timers.add(timer);
      return timer;
    },
    clearTimer: (handle) => void timers.delete(handle as Timer),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = next.at;
        next.callback();
      }
      now = end;
    },
  };
}

/** A connection without a socket: what was sent is read at once. */
function connect(hub: StreamHub): { say(message: object): void; readonly heard: Message[] } {
  const heard: Message[] = [];
  const connection: StreamConnection = {
    address: 'here',
    authorized: false,
    listener: undefined,
    send(message) {
      const bytes = Buffer.alloc(message.mostBytes);
      heard.push(JSON.parse(bytes.toString('utf8', 0, message.write(bytes, 0))) as Message);
    },
    together: (work) => work(),
    bufferedBytes: () => 0,
    setReading: () => {},
    end: () => connection.listener?.onClose(),
    destroy: () => connection.listener?.onClose(),
  };
  hub.accept(connection);
  const say = (message: object): void => connection.listener?.onMessage(JSON.stringify(message));
  say({ op: 'hello', version: 1, name: 'bot' });
  return { say, heard };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open(): { clock: ReturnType<typeof manualClock>; hub: StreamHub; bed: Parameters<typeof deliver>[0] } {
  const clock = manualClock();
  const hub = createStreamHub(hubOptions('test', { name: 'stream', clock }));
  const door = testDoor();
  hub.open(door);
  const sink = { ...hub, name: 'stream', open: () => {}, path: '' };
  return { clock, hub, bed: { sink, door, url: '' } };
}

describe('a stream hub', () => {
  it('takes a lane back that carried nothing for ten minutes, and leases it anew for the next event', async () => {
    const { clock, hub, bed } = open();
    const peer = connect(hub);
    const ping = (): void => {
      clock.advance(30_000);
      peer.say({ op: 'ping', n: 1 });
    };
    const first = deliver(bed, [event(lane(0), 1)]);
    await tick();
    peer.say({ op: 'ack', lane: '0/4', epoch: 1, offset: 1 });
    expect(await first.outcome).toBe('acknowledged');
    for (let minutes = 0; minutes < 9.5; minutes += 0.5) ping();
    expect(peer.heard.some(({ op }) => op === 'revoke')).toBe(false);
    for (let minutes = 0; minutes < 1; minutes += 0.5) ping();
    expect(peer.heard.find(({ op }) => op === 'revoke')).toMatchObject({ lane: '0/4', epoch: 1 });
    deliver(bed, [event(lane(0), 2)]);
    await tick();
    expect(peer.heard.at(-1)).toMatchObject({ op: 'events', lane: '0/4', epoch: 2, events: [{ offset: 2 }] });
  });

  it('disconnects a client that acknowledges on one lane and never on another', async () => {
    const { clock, hub, bed } = open();
    const peer = connect(hub);
    deliver(bed, [event(lane(1), 1)]);
    deliver(bed, events(lane(0), 1, 30));
    await tick();
    for (let offset = 1; offset <= 12; offset++) {
      clock.advance(10_000);
      peer.say({ op: 'ack', lane: '0/4', epoch: 2, offset });
    }
    expect(hub.status().clients).toHaveLength(1);
    clock.advance(10_000);
    peer.say({ op: 'ack', lane: '0/4', epoch: 2, offset: 13 });
    clock.advance(5_000);
    expect(hub.status()).toMatchObject({ clients: [], ended: { ackTimeout: 1 } });
    expect(peer.heard.at(-1)).toMatchObject({ op: 'error', code: 'ackTimeout', fatal: true });
  });

  it('gives each of several lanes its turn when the window is small', async () => {
    const clock = manualClock();
    const hub = createStreamHub(hubOptions('test', { name: 'stream', clock, window: { events: 4 } }));
    const door = testDoor();
    hub.open(door);
    const peer = connect(hub);
    const bed = { sink: { ...hub, name: 'stream', open: () => {}, path: '' }, door, url: '' };
    deliver(bed, events(lane(0), 1, 100));
    deliver(bed, events(lane(1), 1, 100));
    const seen: unknown[] = [];
    for (let round = 0; round < 6; round++) {
      await tick();
      const { lane: name, epoch, events: sent } = peer.heard.at(-1) as Message & { events: { offset: number }[] };
      seen.push(name);
      peer.say({ op: 'ack', lane: name, epoch, offset: sent.at(-1)?.offset });
    }
    expect(seen).toEqual(['0/4', '1/4', '0/4', '1/4', '0/4', '1/4']);
  });
});

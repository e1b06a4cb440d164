import { BroadcastChannel } from 'node:worker_threads';
import type { OpenSocket } from '@shardgate/gateway';
import { readRecording, type Recording } from './recording.ts';

/** Told to all threads: how far every recording is to be played. */
export interface PlayOrder {
  readonly upTo: number;
}

/** Events in one turn of the loop: about what one read of a busy socket brings. */
const CHUNK = 64;

/**
 * A network that costs nothing: each connection gets its shard's recording, as fast as the gateway takes it, from the thread that reads it. So the figures are those of the receive path alone, and no
 * load source takes a core away.
 */
export function createReplay(folder: string): OpenSocket {
  const orders = new BroadcastChannel('bench-play');
  let upTo = 2;
  const players = new Set<() => void>();
  orders.onmessage = (message) => {
    upTo = (message as { data: PlayOrder }).data.upTo;
    for (const play of players) play();
  };
  // Does not keep the thread alive.
  (orders as unknown as { unref(): void }).unref();

  return (_url, { onOpen, onMessage, onClose }) => {
    let recording: Recording = [];
    let next = 2;
    let paused = false;
    let scheduled = false;
    const play = (): void => {
      scheduled = false;
      const end = Math.min(recording.length, upTo, next + CHUNK);
      while (next < end && !paused) onMessage(recording[next++] as Buffer, true);
      if (!paused && next < Math.min(recording.length, upTo)) schedule();
    };
    const schedule = (): void => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(play);
    };
    const close = (): void => {
      players.delete(schedule);
      setImmediate(() => onClose(1000, ''));
    };
    setImmediate(() => {
      onOpen();
      // Nobody knows yet which shard it is; HELLO is the same for all, and so is its place in the stream.
      onMessage(readRecording(folder, 0)[0] as Buffer, true);
    });
    return {
      send(data) {
        const { op, d } = JSON.parse(data.toString()) as { op: number; d: { shard: [number, number] } };
        if (op !== 2) return;
        recording = readRecording(folder, d.shard[0]);
        players.add(schedule);
        setImmediate(() => onMessage(recording[1] as Buffer, true));
      },
      close,
      terminate: close,
      pause() {
        paused = true;
      },
      resume() {
        paused = false;
        schedule();
      },
    };
  };
}

import type { ToWorker } from './messages.ts';
import type { Clock } from '../ports/clock.ts';
import type { RemoteShard } from './remote-shard.ts';

/** What waits to be told costs nothing but room in `maxInFlight`; a message for each tick costs two threads a wake-up. Milliseconds. */
const TELL_EVERY_MS = 10;

/** Tells workers, many at once, which events the handler here is done with. */
export interface SettledTeller {
  touch(link: RemoteShard): void;
}

export function createSettledTeller(clock: Clock, post: (workerId: number, message: ToWorker) => void): SettledTeller {
  let row: RemoteShard[] = [];

  const tell = (): void => {
    const touched = row;
    row = [];
    const lists = new Map<number, [index: number, sessionId: string, seq: number][]>();
    for (const link of touched) {
      link.touched = false;
      const { settled } = link.shard.tracker;
      if (settled <= link.toldSettled || link.sessionId === undefined) continue;
      link.toldSettled = settled;
      const list = lists.get(link.workerId);
      const entry: [number, string, number] = [link.index, link.sessionId, settled];
      if (list === undefined) lists.set(link.workerId, [entry]);
      else list.push(entry);
    }
    for (const [workerId, list] of lists) post(workerId, { type: 'settled', list });
  };

  return {
    touch(link) {
      if (link.touched) return;
      link.touched = true;
      if (row.push(link) === 1) clock.setTimer(tell, TELL_EVERY_MS);
    },
  };
}

import type { ToWorker } from './messages.ts';
import type { Soon } from '../ports/soon.ts';
import type { RemoteShard } from './remote-shard.ts';

/** Tells workers, once a tick, which events the handler here is done with. */
export interface SettledTeller {
  touch(link: RemoteShard): void;
}

export function createSettledTeller(soon: Soon, post: (workerId: number, message: ToWorker) => void): SettledTeller {
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
      if (row.push(link) === 1) soon(tell);
    },
  };
}

import type { TestServer } from '../../../test/services/server-process.ts';
import type { Arrival, SinkBed } from '../../delivery/test/sink-contract.ts';

/** A server as the receiver of a sink's contract. */
export function serverReceiver(server: TestServer): Omit<SinkBed, 'sink' | 'received'> {
  return {
    pause: () => server.pause(),
    resume: () => server.resume(),
    leave: () => server.kill(),
    comeBack: () => server.restart(),
  };
}

/** A message by its event's name and data. */
export function arrivalOf(t: string | undefined, data: unknown): Arrival {
  return t === 'GAP' ? 'gap' : (data as { n: number }).n;
}

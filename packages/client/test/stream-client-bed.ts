import type { EventClientOptions } from '../src/stream/client-options.ts';
import type { EventClient } from '../src/stream/event-client.ts';
import { door, startServer, testClient } from './stream-server.ts';
import type { Door, Far, TransportName } from './stream-server.ts';

/** A client and what its handlers were given. */
export interface Bed {
  readonly client: EventClient;
  readonly far: Far;
  /** Offsets whose handlers were called, in order. */
  readonly called: number[];
  /** Settles the handler of an offset. */
  readonly doors: Map<number, Door>;
  readonly errors: unknown[];
}

/** A connected client with lane 0/2, whose handlers wait for the test. */
export async function connected(transport: TransportName, options: Partial<EventClientOptions> = {}): Promise<Bed> {
  const server = await startServer(transport);
  const client = testClient(server.url, options);
  const called: number[] = [];
  const doors = new Map<number, Door>();
  const errors: unknown[] = [];
  client.on('MESSAGE_CREATE', (_data, { offset }) => {
    called.push(offset);
    const waiting = door();
    doors.set(offset, waiting);
    return waiting.opened;
  });
  client.on('error', (error) => void errors.push(error));
  const [far] = await Promise.all([server.welcome(), client.connect()]);
  far.send({ op: 'lease', lane: '0/2', epoch: 1 });
  return { client, far, called, doors, errors };
}

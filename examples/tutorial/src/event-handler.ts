import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { EVENT_HANDLER_PORT, EVENT_HANDLER_SECRET_KEY } from './config.ts';

/** What the gateway process sends: the shard, and Discord's payload as it came. */
interface Delivery {
  readonly shardId: number;
  readonly data: { readonly op: number; readonly t: string; readonly s: number; readonly d: unknown };
}

/** Compares in constant time: how long it takes tells nothing about the key. */
const salt = randomBytes(32);
const digest = (text: string): Buffer => createHmac('sha256', salt).update(text).digest();
const expected = digest(EVENT_HANDLER_SECRET_KEY);

async function handleEvent({ shardId, data }: Delivery): Promise<void> {
  console.log(`shard ${shardId}: ${data.t}`);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, body?: object): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  try {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      send(401, { error: 'Invalid secret key.' });
    } else if (request.method !== 'POST') {
      send(405, { error: 'Method not allowed.' });
    } else {
      await handleEvent((await json(request)) as Delivery);
      send(204);
    }
  } catch (error) {
    console.error(error);
    send(500, { error: 'The event could not be handled.' });
  }
}

const server = createServer((request, response) => void answer(request, response));
server.listen(EVENT_HANDLER_PORT, '127.0.0.1', () =>
  console.log('event handler ready', JSON.stringify(server.address())),
);
process.once('SIGTERM', () => server.close());

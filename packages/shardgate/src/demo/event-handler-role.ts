import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { runRole, setting, tell } from './role.ts';

const SAMPLES_PER_SECOND = 3;

/** Where a bot's code would be: takes events and counts them. */
runRole(async () => {
  // Digests are compared, in a time that tells nothing about the key.
  const salt = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', salt).update(text).digest();
  const expected = digest(setting('EVENT_HANDLER_SECRET_KEY'));
  let events = 0;
  let samples: string[] = [];
  const server = createServer((request, response) => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      response.writeHead(401).end();
      return;
    }
    json(request).then(
      (body) => {
        events++;
        if (samples.length < SAMPLES_PER_SECOND) samples.push(describe(body));
        response.writeHead(204).end();
      },
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  tell({ type: 'listening', url: `http://127.0.0.1:${port}` });
  const timer = setInterval(() => {
    tell({ type: 'handled', events, samples });
    events = 0;
    samples = [];
  }, 1000);
  return async () => {
    clearInterval(timer);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});

function describe(body: unknown): string {
  const { shardId, data } = body as { shardId: number; data: { t: string; d: { content?: string; name?: string } } };
  const text = data.d.content ?? data.d.name ?? '';
  return `shard ${shardId}  ${data.t.padEnd(22)} ${text.slice(0, 60)}`.trimEnd();
}

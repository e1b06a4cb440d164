import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { startNode } from './child-process.ts';
import { snippetModules } from './pages.ts';
import { writeProgram } from './program-folder.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Sends one event with the page's function, and says how that ended. */
const DRIVER = `
import { forwardWithFetch } from './fetch-forwarder.ts';
const data = { op: 0, t: 'MESSAGE_CREATE', s: 7, d: { content: 'grüße 🎉', filler: 'x'.repeat(100_000) } };
forwardWithFetch({ secretKey: 'event-key' }, data, 3).then(() => console.log('taken'), (error) => console.log(error.message));
`;

it("the tutorial's fetch posts the event as body, whatever is in it, and reports an answer that is not 2xx", async () => {
  const page = snippetModules('docs/tutorial/2-gateway-process.md').concat(snippetModules('docs/tutorial/README.md'));
  const modules = Object.fromEntries(page.map(({ path, code }) => [posix.basename(path), code]));
  const program = await writeProgram({ ...modules, 'driver.ts': DRIVER });
  cleanUps.push(program.remove);

  const received: unknown[] = [];
  const statuses = [204, 500];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      received.push({ method: request.method, key: request.headers.authorization, body });
      response.writeHead(statuses.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const { port } = server.address() as AddressInfo;
  const environment = {
    DISCORD_TOKEN: 'token',
    REST_AUTHORIZATION: 'rest-key',
    REST_PORT: '1',
    EVENT_HANDLER_SECRET_KEY: 'event-key',
    EVENT_HANDLER_URL: 'http://127.0.0.1',
    EVENT_HANDLER_PORT: String(port),
  };
  const send = (): ReturnType<typeof startNode> => {
    const driver = startNode([program.path('driver.ts')], environment);
    cleanUps.push(() => driver.stop());
    return driver;
  };

  await send().printed(/^taken$/m);
  expect(received[0]).toMatchObject({
    method: 'POST',
    key: 'event-key',
    body: { shardId: 3, data: { t: 'MESSAGE_CREATE', d: { content: 'grüße 🎉' } } },
  });
  await send().printed(/^the event handler answered 500$/m);
});

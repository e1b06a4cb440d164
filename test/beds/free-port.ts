import { createServer } from 'node:net';

/** Below what systems give to who asks for any port, so that none of the tests beside is given it in between. */
const FIRST = 20_000;
const NUMBER = 10_000;
let next = (process.pid * 37) % NUMBER;

/** A port of 127.0.0.1 that nobody listens on, for a process that has to be told one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + (next++ % NUMBER);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

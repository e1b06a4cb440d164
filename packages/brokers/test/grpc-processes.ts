import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { startServer, type TestServer } from '../../../test/services/server-process.ts';

/** A bot in a process of its own, which can be stopped and killed. */
export interface BotProcess extends TestServer {
  /** What it has taken, each thing as it was before it was acknowledged; kept over a restart. */
  taken(): unknown[];
  /** Other settings, from the next start on. */
  configure(settings: object): void;
}

/** A bot that tatsu pushes to: the server of `gateway.Queue`. */
export function startQueueServer(settings: object = {}): Promise<BotProcess> {
  return startBot('grpc-queue-child.mjs', 'grpc-queue', JSON.stringify(settings));
}

/** A bot that reads the stream on its `port`, where a sink is to listen. */
export function startStreamConsumer(): Promise<BotProcess> {
  return startBot('grpc-consumer-child.mjs', 'grpc-consumer', 'child', async () => true);
}

async function startBot(
  script: string,
  name: string,
  last: string,
  isUp?: () => Promise<boolean>,
): Promise<BotProcess> {
  let file = '';
  let settings = last;
  const server = await startServer({
    name,
    url: (port) => `127.0.0.1:${port}`,
    command: ({ folder, port }) => {
      file = join(folder, 'taken');
      const path = fileURLToPath(new URL(script, import.meta.url));
      return { program: process.execPath, args: [path, String(port), file, settings] };
    },
    ...(isUp === undefined ? {} : { isUp }),
  });
  onTestFinished(() => server.end());
  const taken = (): unknown[] => {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    return lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        // Half a line, not acknowledged.
        return [];
      }
    });
  };
  return Object.assign(server, { taken, configure: (given: object) => void (settings = JSON.stringify(given)) });
}

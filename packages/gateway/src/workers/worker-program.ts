import { systemClock } from '../ports/clock.ts';
import { createOutbox } from './batch.ts';
import { loadModule } from './load-module.ts';
import type { ToWorker } from './messages.ts';
import { systemSoon } from '../ports/soon.ts';
import { openWorkerPort } from './ports/worker-port.ts';
import { sentError } from './sent-error.ts';
import { createWorkerShards } from './worker-shards.ts';

/** What a worker thread or process runs. */
const port = openWorkerPort();
const outbox = createOutbox((message, transfer) => port.post(message, transfer), systemSoon);

/** Shards are taken when the user's module has been asked: its overrides must be there before them. */
let shards: ReturnType<typeof createWorkerShards> | undefined;
const early: ToWorker[] = [];

async function boot({ module, workerId }: Extract<ToWorker, { type: 'boot' }>): Promise<void> {
  const prepare = await loadModule(module, workerId);
  shards = createWorkerShards({ outbox, prepare, clock: systemClock });
  for (const message of early.splice(0)) shards.receive(message);
  port.post({ type: 'booted', pid: port.pid, threadId: port.threadId }, []);
}

port.onMessage((message) => {
  if (message.type === 'ping') {
    shards?.pulse();
    port.post({ type: 'pong' }, []);
  } else if (message.type === 'end') port.exit();
  else if (message.type === 'boot') {
    boot(message).catch((error: unknown) => port.post({ type: 'bootFailed', error: sentError(error) }, []));
  } else if (shards === undefined) early.push(message);
  else shards.receive(message);
});

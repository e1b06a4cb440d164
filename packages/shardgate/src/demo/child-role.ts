import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RoleMessage } from './role-messages.ts';

/** Longest wait for a process to come up, and for one to go, milliseconds. */
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/** One process of the demo, seen from the one that started it. */
export interface ChildRole {
  /** Resolves with its address once it listens; rejects when it fails or takes too long. */
  readonly listening: Promise<string>;
  /** Tells it to stop; ends it when it does not. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts `<name>-role.js` as a process of its own. `onMessage` hears all it says; `onExit` when it ends without having been told to. */
export function startRole(
  name: string,
  environment: Readonly<Record<string, string>>,
  onMessage: (message: RoleMessage) => void,
  onExit: (reason: string) => void,
): ChildRole {
  const child: ChildProcess = fork(fileURLToPath(new URL(`./${name}-role.js`, import.meta.url)), [], {
    env: { ...process.env, ...environment },
  });
  let stopping = false;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve();
      if (!stopping) onExit(`the ${name} process ended with ${signal ?? `code ${code}`}`);
    });
  });
  const listening = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the ${name} process did not come up within ${START_TIMEOUT_MS} ms`)),
      START_TIMEOUT_MS,
    );
    child.on('message', (message: RoleMessage) => {
      if (message.type === 'listening') {
        clearTimeout(timer);
        resolve(message.url);
      }
      onMessage(message);
    });
    child.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`the ${name} process ended before it was up`));
    });
  });
  // The gateway listens nowhere; no one waits for it.
  listening.catch(() => {});
  return {
    listening,
    async stop() {
      stopping = true;
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      if (child.connected) child.send({ type: 'stop' });
      await gone;
      clearTimeout(force);
    },
  };
}

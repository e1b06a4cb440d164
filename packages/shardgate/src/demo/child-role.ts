import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RoleCommand, RoleMessage, RoleName } from './role-messages.ts';

/** A process that does not stop within this is killed. */
const STOP_TIMEOUT_MS = 10_000;
/** A process that is not up within this is given up. */
const START_TIMEOUT_MS = 30_000;

/** One process of the demo, seen from its parent. */
export interface ChildRole {
  /** Where it listens. Rejects when it ends, or does not come up in time. */
  readonly listening: Promise<string>;
  tell(command: RoleCommand): void;
  /** Asks it to stop and waits; kills it when it does not. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, which it cannot notice. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts the file `<name>-role.js` beside this one as a process of its own. `onExit` is told why it ended, unless it was stopped or killed. */
export function startRole(
  name: RoleName,
  environment: Readonly<Record<string, string>>,
  onMessage: (message: RoleMessage) => void,
  onExit: (reason: string) => void,
): ChildRole {
  const child: ChildProcess = fork(fileURLToPath(new URL(`./${name}-role.js`, import.meta.url)), [], {
    env: { ...process.env, ...environment },
    // Only the parent reads the terminal and writes to it.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let isEnding = false;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve();
      if (!isEnding) onExit(`the ${name} process ended with ${signal ?? `code ${code}`}`);
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
    // The bot listens nowhere; nobody waits for it.
    if (name === 'bot') clearTimeout(timer);
  });
  listening.catch(() => {});
  return {
    listening,
    tell(command) {
      // A process that is just ending hears nothing; its end is told by `onExit`.
      if (child.connected) child.send(command, () => {});
    },
    async stop() {
      isEnding = true;
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      if (child.connected) child.send({ type: 'stop' } satisfies RoleCommand, () => {});
      await gone;
      clearTimeout(force);
    },
    async kill() {
      isEnding = true;
      child.kill('SIGKILL');
      await gone;
    },
  };
}

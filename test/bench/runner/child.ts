import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  /** From the folder of the compiled benchmark: `subjects/floor.js`. */
  readonly program: string;
  readonly parameter: unknown;
  readonly execArgv?: readonly string[];
  /** Another Node.js. */
  readonly execPath?: string | undefined;
}

/** A process of ours that talks over IPC. */
export interface Child<Message extends { readonly kind: string }> {
  send(message: object): void;
  /** The next message of a kind. Rejects when the process ends or says nothing for so long. */
  next<Kind extends Message['kind']>(kind: Kind, timeoutMs: number): Promise<Extract<Message, { kind: Kind }>>;
  /** Ends it, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** What a child says out of turn to end its run. */
export class ChildRefused extends Error {}

export function startChild<Message extends { readonly kind: string }>(options: ChildOptions): Child<Message> {
  const { program, parameter, execArgv = [], execPath } = options;
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const child: ChildProcess = fork(path, [JSON.stringify(parameter)], {
    execArgv: [...execArgv],
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(execPath === undefined ? {} : { execPath }),
  });
  let said = '';
  const listen = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-2_000);
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);

  const waiting: Message[] = [];
  let wake: (() => void) | undefined;
  let exited: string | undefined;
  child.on('message', (message: Message) => {
    waiting.push(message);
    wake?.();
  });
  const gone = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      exited = `${program} ended with ${signal ?? `code ${code}`}: ${said}`;
      wake?.();
      resolve();
    });
  });

  return {
    send: (message) => void child.send(message),
    async next(kind, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const index = waiting.findIndex((message) => message.kind === kind || message.kind === 'refused');
        const [found] = index < 0 ? [] : waiting.splice(index, 1);
        if (found?.kind === kind) return found as Extract<Message, { kind: typeof kind }>;
        if (found !== undefined) throw new ChildRefused(String(Reflect.get(found, 'reason')));
        if (exited !== undefined) throw new Error(exited);
        const left = deadline - performance.now();
        if (left <= 0) throw new Error(`${program}: no '${kind}' within ${timeoutMs} ms; it said: ${said}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

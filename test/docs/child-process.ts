import { spawn } from 'node:child_process';

/** A program of a test, and what it has printed. */
export interface ChildProcess {
  /** Everything it has printed so far, both streams. */
  output(): string;
  /** Resolves when the output matches; rejects, showing it, when the program ends first or the deadline passes. */
  printed(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>;
  /** Types a line. */
  type(line: string): void;
  /** Ends it, gently at first; resolves with its exit code when it is gone. */
  stop(): Promise<number | null>;
  /** Ends it with SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts `node` with these parameters. The environment is this one's with `env` put over it. */
export function startNode(parameters: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, parameters, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Who has ended reads nothing.
  child.stdin.on('error', () => {});
  let output = '';
  const listeners = new Set<() => void>();
  const heard = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;

  return {
    output: () => output,
    printed: (pattern, deadlineMs = 20_000) =>
      new Promise((resolve, reject) => {
        const settle = (done: () => void): void => {
          clearTimeout(deadline);
          listeners.delete(look);
          done();
        };
        const fail = (reason: string): void =>
          settle(() =>
            reject(new Error(`${parameters.join(' ')} ${reason} without printing ${pattern}; it printed:\n${output}`)),
          );
        const look = (): void => {
          const match = pattern.exec(output);
          if (match !== null) settle(() => resolve(match));
        };
        const deadline = setTimeout(() => fail(`ran for ${deadlineMs} ms`), deadlineMs);
        listeners.add(look);
        void exited.then(() => fail('ended'));
        look();
      }),
    type: (line) => void child.stdin.write(`${line}\n`),
    stop: async () => {
      if (!ended()) child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
      const code = await exited;
      clearTimeout(force);
      return code;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

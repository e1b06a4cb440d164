import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../packages/shardgate/dist/bin.js', import.meta.url));

/** A `shardgate` command in a process of its own, without this process's bot. */
export interface CommandProcess {
  readonly child: ChildProcess;
  /** Everything it has printed on both streams. */
  output(): string;
  /** Objects of the JSON lines on its standard output so far. */
  lines(): Record<string, unknown>[];
  /** Resolves when what it has printed matches; rejects, showing it, when it ends first. */
  printed(pattern: RegExp): Promise<void>;
  /** Resolves with its exit code when it has ended. */
  readonly ended: Promise<number | null>;
}

export function startCommand(
  parameters: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): CommandProcess {
  const child = spawn(process.execPath, [BIN, ...parameters], { cwd, env: { ...ownEnvironment(), ...env } });
  return watchCommand(child);
}

/** This process's environment without a real bot in it. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const { DISCORD_TOKEN: _token, DISCORD_API_URL: _url, ...rest } = process.env;
  return rest;
}

/** Watches what a process prints. */
export function watchCommand(child: ChildProcess): CommandProcess {
  let output = '';
  let standard = '';
  const waiting = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const look of waiting) look();
  };
  child.stdout?.on('data', (chunk: Buffer) => (standard += chunk.toString()));
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    ended,
    output: () => output,
    lines: () =>
      standard
        .slice(0, standard.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(output)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        void ended.then((code) => reject(new Error(`it ended with ${code} before it printed ${pattern}:\n${output}`)));
        look();
      }),
  };
}

export { BIN };

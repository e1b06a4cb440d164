import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertClean, createSimulator } from '@shardgate/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../packages/shardgate/dist/bin.js', import.meta.url));
const TOKEN = 'canary.demo.token';

let folder = '';
let running: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-demo-'));
});

afterEach(async () => {
  running?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Runs the demo until its output matches, then presses Ctrl-C. Gives the exit code and everything printed. */
async function runUntil(
  pattern: RegExp,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  const { DISCORD_TOKEN: _token, DISCORD_API_URL: _url, ...rest } = process.env;
  const child = spawn(process.execPath, [BIN, 'demo', '--shards', '3'], {
    cwd: folder,
    env: { ...rest, ...environment },
  });
  running = child;
  let output = '';
  const seen = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (pattern.test(output)) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) =>
      reject(new Error(`the demo ended with ${code} before it printed ${pattern}:\n${output}`)),
    );
  });
  await seen;
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output };
}

describe('shardgate demo', () => {
  it('shows events and a summary each second, and ends cleanly at Ctrl-C', async () => {
    const { code, output } = await runUntil(
      /shards 3\/3 ready \| received [1-9]\d*\/s \| handled [1-9]\d*\/s \| waiting \d+ \| lag \d+ ms/,
    );
    expect(output).toMatch(/shard [0-2] {2}[A-Z_]+/);
    expect(output).toContain('stopped');
    expect(output).not.toContain('failed');
    expect(code).toBe(0);
  });

  it('with DISCORD_TOKEN uses that API, and the next run resumes what the last one left', async () => {
    const simulator = createSimulator({ shards: 3, maxConcurrency: 3, guilds: 9, eventsPerSecond: 30, token: TOKEN });
    const { apiUrl } = await simulator.start();
    const environment = { DISCORD_TOKEN: TOKEN, DISCORD_API_URL: apiUrl };
    const ready = /shards 3\/3 ready \| received [1-9]/;
    for (const run of [1, 2]) {
      const { code, output } = await runUntil(ready, environment);
      expect(code, output).toBe(0);
      expect(output).not.toContain(TOKEN);
      expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(3);
      expect(simulator.ledger.activity({ kind: 'resume' })).toHaveLength(3 * (run - 1));
    }
    assertClean(simulator);
    await simulator.close();
  });

  it('with a token that Discord refuses says so and ends with code 1', async () => {
    const simulator = createSimulator({ shards: 1, token: 'another.token' });
    const { apiUrl } = await simulator.start();
    const child = spawn(process.execPath, [BIN, 'demo'], {
      cwd: folder,
      env: { ...process.env, DISCORD_TOKEN: TOKEN, DISCORD_API_URL: apiUrl },
    });
    running = child;
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(1);
    expect(output).toContain('the token is wrong or was reset');
    expect(output).not.toContain(TOKEN);
    await simulator.close();
  });
});

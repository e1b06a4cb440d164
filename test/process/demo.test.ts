import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClean, createSimulator } from '@shardgate/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BIN, ownEnvironment, startCommand, watchCommand, type CommandProcess } from './demo-process.ts';

const TOKEN = 'canary.demo.token';

let folder = '';
let running: CommandProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-demo-test-'));
});

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function startDemo(parameters: readonly string[], env: Readonly<Record<string, string>> = {}): CommandProcess {
  // What the demo leaves behind would stay here, where it is looked for.
  running = startCommand(['demo', '--shards', '3', ...parameters], { cwd: folder, env: { TMPDIR: folder, ...env } });
  return running;
}

const READY = /"ready":3,"total":3,"sent":(\d+|null),"handled":[1-9]/;

describe('shardgate demo', { timeout: 90_000 }, () => {
  it('loses nothing while the bot and the gateway are killed in turn', async () => {
    const demo = startDemo(['--rate', '300', '--kill-every', '2', '--seconds', '17']);
    expect(await demo.ended, demo.output()).toBe(0);

    const summary = demo.lines().at(-1);
    expect(summary).toMatchObject({ event: 'summary', lost: 0, unknown: 0, handledTwice: 0, gaps: 0 });
    const { kills, sent, handled } = summary as {
      kills: { bot: number; gateway: number };
      sent: number;
      handled: number;
    };
    expect(kills.bot).toBeGreaterThanOrEqual(3);
    expect(kills.gateway).toBeGreaterThanOrEqual(2);
    expect(sent).toBeGreaterThan(2_000);
    expect(handled).toBe(sent);
    // While the bot is away, its events pile up, and nothing is called lost that is only late.
    const status = demo.lines().filter(({ event }) => event === 'status');
    expect(Math.max(...status.map(({ waiting }) => Number(waiting)))).toBeGreaterThan(100);
    expect(status.filter(({ lost }) => lost !== 0)).toEqual([]);
    // Neither its folder nor anything else is left.
    expect(await readdir(folder)).toEqual([]);
  });

  it('prints JSON lines without a terminal, and ends cleanly at Ctrl-C', async () => {
    const demo = startDemo([]);
    await demo.printed(READY);
    await demo.printed(/"event":"sample","text":"shard [0-2] {2}[A-Z_]+/);
    demo.child.kill('SIGINT');
    expect(await demo.ended, demo.output()).toBe(0);
    for (const line of demo.output().trim().split('\n')) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
    expect(demo.lines().at(-1)).toMatchObject({ event: 'summary', lost: 0, kills: { bot: 0, gateway: 0 } });
  });

  it('loses nothing when all its processes are told to end at once, as `timeout` and service managers do', async () => {
    const env = { ...ownEnvironment(), TMPDIR: folder };
    const child = spawn(process.execPath, [BIN, 'demo', '--shards', '3'], { cwd: folder, env, detached: true });
    running = watchCommand(child);
    await running.printed(READY);
    process.kill(-(child.pid ?? Number.NaN), 'SIGTERM');
    expect(await running.ended, running.output()).toBe(0);
    expect(running.lines().at(-1)).toMatchObject({ event: 'summary', lost: 0 });
  });

  it('with DISCORD_TOKEN uses that API, says that nobody knows what is lost, and the next run resumes', async () => {
    const simulator = createSimulator({ shards: 3, maxConcurrency: 3, guilds: 9, eventsPerSecond: 30, token: TOKEN });
    const { apiUrl } = await simulator.start();
    for (const run of [1, 2]) {
      const demo = startDemo([], { DISCORD_TOKEN: TOKEN, DISCORD_API_URL: apiUrl });
      await demo.printed(READY);
      demo.child.kill('SIGINT');
      expect(await demo.ended, demo.output()).toBe(0);
      expect(demo.output()).not.toContain(TOKEN);
      expect(demo.lines().at(-1)).toMatchObject({ event: 'summary', lost: null, sent: null, gaps: 0 });
      expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(3);
      expect(simulator.ledger.activity({ kind: 'resume' })).toHaveLength(3 * (run - 1));
    }
    assertClean(simulator);
    await simulator.close();
  });

  it('with a token that Discord refuses says so and ends with code 1', async () => {
    const simulator = createSimulator({ shards: 1, token: 'another.token' });
    const { apiUrl } = await simulator.start();
    const demo = startDemo([], { DISCORD_TOKEN: TOKEN, DISCORD_API_URL: apiUrl });
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toContain('the token is wrong or was reset');
    expect(demo.output()).not.toContain(TOKEN);
    await simulator.close();
  });
});

/** Runs a command on a terminal of its own. */
const TERMINAL = 'script';
const hasTerminal = spawnSync(TERMINAL, ['--version']).stdout?.toString().includes('util-linux') === true;
if (!hasTerminal) console.log("skipped: the demo's keys need a terminal, which `script` of util-linux makes");

describe.skipIf(!hasTerminal)('shardgate demo on a terminal', { timeout: 90_000 }, () => {
  it('kills the bot at k, the gateway at g, shows it in the status line, and stops at q', async () => {
    const command = `stty cols 240 && exec '${process.execPath}' '${BIN}' demo --shards 3`;
    const child = spawn(TERMINAL, ['-qefc', command, '/dev/null'], {
      cwd: folder,
      env: { ...ownEnvironment(), TMPDIR: folder, SHELL: '/bin/sh' },
    });
    running = watchCommand(child);
    const demo = running;
    await demo.printed(/shards 3\/3 \| sent \d+ \| handled [1-9]/);
    expect(demo.output()).toContain('k kills the bot');
    child.stdin.write('k');
    await demo.printed(/the bot is started again/);
    child.stdin.write('g');
    await demo.printed(/the gateway is started again/);
    await demo.printed(/shards 3\/3 .* lost 0 \| kills bot 1 gateway 1 \| waiting 0 \(journal \d+ KiB\)/);
    child.stdin.write('q');
    expect(await demo.ended, demo.output()).toBe(0);
    expect(demo.output()).toMatch(/sent (\d+), handled \1: 0 lost, each id compared; .* bot killed once, gateway once/);
  });
});

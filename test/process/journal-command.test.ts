import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareDeliveries, createSimulator, type Simulator } from '@shardgate/simulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCommand, type CommandProcess } from './demo-process.ts';

const SCRIPT = fileURLToPath(new URL('./journal-process.mjs', import.meta.url));
const TOKEN = 'canary.journal.token';
const SHARDS = 2;

let folder = '';
let journal = '';
let simulator: Simulator;
let gateway: ChildProcess;
const commands: CommandProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-journal-test-'));
  journal = join(folder, 'journal');
  simulator = createSimulator({
    token: TOKEN,
    shards: SHARDS,
    maxConcurrency: SHARDS,
    guilds: 6,
    eventsPerSecond: 200,
  });
  const { apiUrl } = await simulator.start();
  gateway = fork(SCRIPT, [], { env: { ...process.env, API_URL: apiUrl, FOLDER: folder, TOKEN } });
  await told('ready');
});

afterEach(() => {
  for (const { child } of commands.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  gateway.kill('SIGKILL');
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** Resolves when the gateway process says so. */
async function told(type: string): Promise<void> {
  for (;;) {
    const [message] = (await once(gateway, 'message')) as [{ type: string }];
    if (message.type === type) return;
  }
}

function start(...parameters: readonly string[]): CommandProcess {
  const command = startCommand(['journal', ...parameters], { cwd: folder });
  commands.push(command);
  return command;
}

async function run(...parameters: readonly string[]): Promise<{ code: number | null; output: string; json: unknown }> {
  const command = start(...parameters);
  const code = await command.ended;
  return { code, output: command.output(), json: command.lines().at(-1) };
}

/** Turns over one byte in the middle of the oldest segment's records. */
async function damage(): Promise<void> {
  const sizes = await Promise.all(
    (await readdir(journal)).map(async (name) => ({ name, size: (await stat(join(journal, name))).size })),
  );
  const { json } = await run('inspect', journal, '--json');
  const [oldest] = (json as { segments: { name: string }[] }).segments;
  const { name, size } = sizes.find((file) => file.name === oldest?.name) ?? { name: '', size: 0 };
  const file = await open(join(journal, name), 'r+');
  const at = Math.floor(size / 2);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 0xff]), 0, 1, at);
  await file.close();
}

// The tests follow each other: a journal in use, the same after a kill, damaged, mended.
describe('shardgate journal', { timeout: 90_000 }, () => {
  it('shows records as a gateway in another process writes them, and ends at Ctrl-C', async () => {
    const text = start('tail', journal, '--lane', '1/2');
    const json = start('tail', journal, '--json');
    await text.printed(/^\S+Z {2}1\/2 {5}offset \d+ {2}seq \d+ +[A-Z_]+$/m);
    await json.printed(/"payload":\{/);
    for (const command of [text, json]) {
      command.child.kill('SIGINT');
      expect(await command.ended, command.output()).toBe(0);
    }
    expect(text.output()).not.toMatch(/Z {2}0\/2/);
    expect(json.lines()[0]).toMatchObject({ kind: 'event', shardCount: 2, payload: { op: 0, d: {} } });
  });

  it('inspects and verifies a journal in use, and does not repair it', async () => {
    expect(await run('inspect', journal)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^0\/2 +\d+ +\d+ +\d+ +\d+/m),
    });
    expect(await run('verify', journal, '--json')).toMatchObject({ code: 0, json: { ok: true } });
    const repaired = await run('repair', journal);
    expect(repaired.code).toBe(2);
    expect(repaired.output).toContain(`is in use by process ${gateway.pid}`);
    const inJson = start('repair', journal, '--json');
    expect(await inJson.ended).toBe(2);
    expect(inJson.output()).toContain('{"error":{"code":"inUse",');
  });

  it('exports all that was sent, in order, after the gateway was killed', async () => {
    await expect.poll(() => simulator.ledger.counts().dispatches, { timeout: 20_000 }).toBeGreaterThan(1_500);
    simulator.configure({ eventsPerSecond: 0 });
    const dispatched = simulator.ledger.dispatches();
    const lastOf = (shardId: number): number => dispatched.findLast((one) => one.shardId === shardId)?.seq ?? 0;
    const arrived = async (): Promise<boolean> => {
      gateway.send('flush');
      await told('flushed');
      const { json } = await run('inspect', journal, '--json');
      return (json as { lanes: { shardId: number; seq: number }[] }).lanes.every(
        ({ shardId, seq }) => seq === lastOf(shardId),
      );
    };
    await expect.poll(arrived, { timeout: 20_000 }).toBe(true);
    gateway.kill('SIGKILL');
    await once(gateway, 'exit');

    expect(await run('verify', journal)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^ok: [\d,]+ records/),
    });
    const output = join(folder, 'export.jsonl');
    expect(await run('export', journal, '--output', output)).toMatchObject({ code: 0 });
    const records = (await readFile(output, 'utf8'))
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { id: string; sessionId: string; seq: number; t: string; payload: { s: number } },
      );
    expect(compareDeliveries(dispatched, records)).toEqual({ lost: [], duplicated: [], unknown: [], reordered: [] });
    for (const { id, seq, payload } of records) {
      expect(payload.s).toBe(seq);
      expect(id).toMatch(new RegExp(`^[01]/2:.+:${seq}$`));
    }
    const again = await run('export', journal, '--output', output);
    expect(again).toMatchObject({ code: 2, output: expect.stringContaining('give a new file') });
    const some = start('export', journal, '--lane', '0/2');
    await some.ended;
    expect(some.lines().length).toBe(dispatched.filter(({ shardId }) => shardId === 0).length);
    expect(await run('export', journal, '--lane', '0/7')).toMatchObject({
      code: 2,
      output: expect.stringContaining('has no lane 0/7; it has'),
    });
  });

  it('says that a damaged journal is damaged with code 1, mends it, and then it is whole but for what is missing', async () => {
    await damage();
    const verified = await run('verify', journal);
    expect(verified.code).toBe(1);
    expect(verified.output).toMatch(/^damaged: [\d,]+ records in \d+ segments are intact$/m);
    expect(verified.output).toContain('shardgate journal repair');
    expect(await run('verify', journal, '--json')).toMatchObject({ code: 1, json: { ok: false } });

    const repaired = await run('repair', journal, '--json');
    expect(repaired.code, repaired.output).toBe(0);
    const { gaps } = repaired.json as { gaps: { count: number }[] };
    expect(gaps).toEqual([expect.objectContaining({ kind: 'gap', cause: 'journalDamaged' })]);
    expect((await run('verify', journal, '--json')).json).toMatchObject({ damage: [], gaps });
    expect((await run('repair', journal)).output).toContain('nothing to repair');

    const exported = start('export', journal);
    expect(await exported.ended).toBe(0);
    expect(exported.lines().filter(({ kind }) => kind === 'gap')).toHaveLength(1);
  });

  it('says what is wrong with a path that is no journal, and leaves it as it is', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    const file = join(folder, 'a-file');
    await writeFile(file, 'text');
    for (const name of ['inspect', 'verify', 'repair', 'tail', 'export']) {
      expect(await run(name, join(folder, 'nowhere'))).toMatchObject({
        code: 2,
        output: expect.stringMatching(/^error: there is no journal at .*nowhere: give the directory/),
      });
    }
    expect(await run('inspect', file)).toMatchObject({ code: 2, output: expect.stringContaining('is a file') });
    for (const name of ['verify', 'repair'])
      expect(await run(name, empty)).toMatchObject({ code: 2, output: expect.stringContaining('holds no journal') });
    expect(await readdir(empty)).toEqual([]);
    expect((await run('verify', journal, '--jsn')).code).toBe(1);
  });
});

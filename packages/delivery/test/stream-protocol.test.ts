import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLOSE_CODES } from '../src/stream/protocol.ts';
import { deliver, events, lane, openSink } from './stream-bed.ts';

const page = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('skipped: the client of docs/PROTOCOL.md needs python3');

describe('docs/PROTOCOL.md', () => {
  it('names every close code, and no other', () => {
    const rows = [...page.matchAll(/^\| (?:`(\w+)`|–) .*\| (\d{4}) +\|$/gm)];
    expect(Object.fromEntries(rows.map(([, name = 'done', code]) => [name, Number(code)]))).toEqual(CLOSE_CODES);
  });

  it('shows messages that are JSON', () => {
    for (const block of blocks('json')) expect(JSON.parse(block)).toHaveProperty('op');
  });

  it('shows the bytes of a message on a UNIX socket', () => {
    const bytes = Buffer.from((blocks('text')[0] ?? '').replace(/\s/g, ''), 'hex');
    const text = JSON.stringify({ op: 'ping', n: 1 });
    expect([bytes.readUInt32BE(), bytes.toString('utf8', 4)]).toEqual([text.length, text]);
  });

  it.runIf(hasPython)('has a client that works', async () => {
    const bed = await openSink('unix');
    const child = spawn('python3', ['-c', blocks('python')[0] ?? '', bed.url.slice(5)]);
    onTestFinished(() => void child.kill());
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    await expect.poll(() => bed.door.readiness, { timeout: 10_000 }).toEqual([true]);
    const { outcome } = deliver(bed, events(lane(0), 1, 300));
    expect(await outcome).toBe('acknowledged');
    expect(lines).toHaveLength(300);
    expect([lines[0], lines[299], errors]).toEqual(['1 MESSAGE_CREATE', '300 MESSAGE_CREATE', '']);
  });
});

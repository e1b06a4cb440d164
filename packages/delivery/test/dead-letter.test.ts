import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@shardgate/gateway';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createDeadLetterFile } from '../src/dead-letter/dead-letter-file.ts';
import type { DeadLetterFile, DeadLetterFileOptions } from '../src/dead-letter/dead-letter-file.ts';
import { event, gap } from './http-bed.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sg-letters-'));
  path = join(folder, 'dead.ndjson');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const clock = { ...systemClock, wallTime: () => 1_700_000_000_000 };

function create(options: Partial<DeadLetterFileOptions> = {}): { letters: DeadLetterFile; troubles: string[] } {
  const troubles: string[] = [];
  const letters = createDeadLetterFile({
    path,
    clock,
    onTrouble: (message) => void troubles.push(message),
    ...options,
  });
  onTestFinished(() => letters.close());
  return { letters, troubles };
}

async function linesIn(file: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a dead-letter file', () => {
  it('keeps the record and why it is there, for its owner alone', async () => {
    const { letters } = create();
    expect(await readdir(folder)).toEqual([]);
    await letters.add('bot', event(7, { guildId: '5' }), 'POST … answered 422: "bad"\n', 20);
    await letters.add('bot', gap(8), 'refused');
    expect(await linesIn(path)).toEqual([
      {
        at: 1_700_000_000_000,
        sink: 'bot',
        reason: 'POST … answered 422: "bad"\n',
        attempts: 20,
        id: '0/4:d1e2f3a4b5c6:7',
        shardId: 0,
        shardCount: 4,
        sessionId: 'd1e2f3a4b5c6',
        seq: 7,
        offset: 7,
        receivedAt: 1_700_000_000_007,
        guildId: '5',
        data: JSON.parse(event(7).bytes.toString()),
      },
      expect.objectContaining({ sink: 'bot', attempts: 1, gap: expect.objectContaining({ offset: 8 }) }),
    ]);
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    expect(letters.status()).toEqual({ written: 2, lost: 0 });
  });

  it('goes on in the file of an earlier process, behind what that one left half written', async () => {
    await writeFile(path, '{"at":1,"sink":"old"}\n{"at":2,"si', { mode: 0o644 });
    const { letters } = create();
    await letters.add('bot', event(1), 'refused');
    const lines = (await readFile(path, 'utf8')).split('\n');
    expect(lines.slice(0, 2)).toEqual(['{"at":1,"sink":"old"}', '{"at":2,"si']);
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ sink: 'bot', seq: 1 });
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
  });

  it('keeps the order of many that come at once', async () => {
    const { letters } = create();
    await Promise.all(Array.from({ length: 500 }, (_, index) => letters.add('bot', event(index + 1), 'refused')));
    expect((await linesIn(path)).map(({ seq }) => seq)).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  });

  it('begins anew at maxBytes and keeps one old file', async () => {
    const { letters } = create({ maxBytes: 1_000 });
    for (let seq = 1; seq <= 20; seq += 1) await letters.add('bot', event(seq), 'refused');
    expect((await readdir(folder)).sort()).toEqual(['dead.ndjson', 'dead.ndjson.1']);
    const kept = [...(await linesIn(`${path}.1`)), ...(await linesIn(path))].map(({ seq }) => seq as number);
    expect(kept.at(-1)).toBe(20);
    expect(kept).toEqual(kept.map((_, index) => (kept[0] ?? 0) + index));
    for (const file of [path, `${path}.1`]) {
      const { size, mode } = await stat(file);
      expect(size).toBeLessThanOrEqual(1_000);
      expect((mode & 0o777).toString(8)).toBe('600');
    }
  });
});

describe('a disk that refuses', () => {
  it('is reported, rejects nothing, and is tried again with the next record', async () => {
    const blocked = join(folder, 'later');
    await writeFile(blocked, 'a file where the folder should be');
    const { letters, troubles } = create({ path: join(blocked, 'dead.ndjson') });
    await Promise.all([letters.add('bot', event(1), 'refused'), letters.add('bot', event(2), 'refused')]);
    expect(troubles).toEqual([expect.stringMatching(/^2 refused events not kept in .*dead\.ndjson: E/)]);
    await rm(blocked);
    await letters.add('bot', event(3), 'refused');
    expect((await linesIn(join(blocked, 'dead.ndjson'))).map(({ seq }) => seq)).toEqual([3]);
    expect(((await stat(blocked)).mode & 0o777).toString(8)).toBe('700');
    expect(letters.status()).toEqual({ written: 1, lost: 2 });
  });

  it('being full is reported', async () => {
    const { letters, troubles } = create({ path: '/dev/full' });
    await letters.add('bot', event(1), 'refused');
    expect(troubles).toEqual([expect.stringContaining('ENOSPC')]);
  });

  it('is no trouble for the lane even when the report throws', async () => {
    const { letters } = create({
      path: '/dev/full',
      onTrouble: () => {
        throw new Error('log is full too');
      },
    });
    await letters.add('bot', event(1), 'refused');
    expect(letters.status().lost).toBe(1);
  });

  it('a record after the end is reported', async () => {
    const { letters, troubles } = create();
    await letters.add('bot', event(1), 'refused');
    await letters.close();
    await letters.add('bot', event(2), 'refused');
    expect(troubles).toEqual([expect.stringContaining('the file was closed')]);
    expect(await linesIn(path)).toHaveLength(1);
  });
});

it('wrong options are named', () => {
  expect(() => createDeadLetterFile({} as never)).toThrow("createDeadLetterFile: option 'path' is missing");
  expect(() => createDeadLetterFile({ path, maxBytes: 0 })).toThrow(
    "option 'maxBytes' is 0: expected a whole number of 1 bytes or more",
  );
});

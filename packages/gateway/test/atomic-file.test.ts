import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coalesce, readSealed, systemFiles, writeSealed } from '../src/session-store/atomic-file.ts';
import { settled } from './test-clock.ts';

const KIND = { format: 'test', version: 1 };
const isData = (data: unknown): data is { n: number } => typeof data === 'object' && data !== null && 'n' in data;
const read = (path: string): Promise<unknown> => readSealed(systemFiles, path, KIND, isData);

let root = '';
let count = 0;
const newPath = (): string => join(root, `folder-${(count += 1)}`, 'deep', 'file.json');

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shardgate-atomic-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('an atomic file', () => {
  test('gives back what was written and leaves no temporary file', async () => {
    const path = newPath();
    await writeSealed(systemFiles, path, KIND, { n: 1 });
    await writeSealed(systemFiles, path, KIND, { n: 2 });
    expect(await read(path)).toEqual({ n: 2 });
    expect(await readdir(join(path, '..'))).toEqual(['file.json']);
  });

  test('is readable by its owner alone, and so are the folders made for it', async () => {
    const path = newPath();
    await writeSealed(systemFiles, path, KIND, { n: 1 });
    const modes = await Promise.all([path, join(path, '..'), join(path, '..', '..')].map((name) => stat(name)));
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o700, 0o700]);
  });

  test('takes over a temporary file that a crash left behind, mode included', async () => {
    const path = newPath();
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(`${path}.tmp`, 'half');
    await chmod(`${path}.tmp`, 0o644);
    await writeSealed(systemFiles, path, KIND, { n: 1 });
    expect(await read(path)).toEqual({ n: 1 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('that is missing, folder and all, counts as none', async () => {
    expect(await read(newPath())).toBeUndefined();
  });

  test('is set aside when any of its bytes is lost or altered', async () => {
    const path = newPath();
    await writeSealed(systemFiles, path, KIND, { n: 1, text: 'é' });
    const whole = await readFile(path);
    // The last byte is the line end: a file without it is whole.
    for (let at = 0; at < whole.length - 1; at += 1) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ 1;
      for (const damaged of [whole.subarray(0, at), altered]) {
        await writeFile(path, damaged);
        const data = await read(path);
        if (data !== undefined) throw new Error(`taken for whole: ${damaged.toString()}`);
      }
    }
    const names = await readdir(join(path, '..'));
    expect(names).toHaveLength((whole.length - 1) * 2);
    expect(names).toContain('file.json.damaged-1');
  });

  test('of another version or format is set aside', async () => {
    for (const other of [
      { format: 'test', version: 2 },
      { format: 'other', version: 1 },
    ]) {
      const path = newPath();
      await writeSealed(systemFiles, path, other, { n: 1 });
      expect(await read(path)).toBeUndefined();
      expect(await readdir(join(path, '..'))).toEqual(['file.json.damaged-1']);
    }
  });

  test('that cannot be written or read says which and why', async () => {
    const path = newPath();
    await mkdir(path, { recursive: true });
    await expect(writeSealed(systemFiles, path, KIND, { n: 1 })).rejects.toMatchObject({
      message: expect.stringContaining(`cannot write ${path}: `),
      cause: { code: expect.stringMatching(/EISDIR|EEXIST|ENOTEMPTY/) },
    });
    await expect(read(path)).rejects.toThrow(`cannot read ${path}: EISDIR`);
    const below = join(newPath(), 'x.json');
    await mkdir(join(below, '..', '..'), { recursive: true });
    await writeFile(join(below, '..'), 'a file where a folder should be');
    await expect(writeSealed(systemFiles, below, KIND, { n: 1 })).rejects.toThrow(
      `cannot create folder ${join(below, '..')}: `,
    );
  });
});

describe('coalesced runs', () => {
  test('calls of one tick share a run, calls during a run share the next', async () => {
    const ends: (() => void)[] = [];
    const run = coalesce(() => new Promise((resolve) => ends.push(resolve)));
    const first = [run(), run()];
    await settled();
    expect(ends).toHaveLength(1);
    const second = [run(), run(), run()];
    await settled();
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await Promise.all(first);
    await settled();
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await Promise.all(second);
  });

  test('a run that fails rejects its own callers only, and the next one runs', async () => {
    let runs = 0;
    const run = coalesce(async () => {
      runs += 1;
      if (runs === 1) throw new Error('no space');
    });
    const first = run();
    await expect(first).rejects.toThrow('no space');
    await run();
    expect(runs).toBe(2);
  });
});

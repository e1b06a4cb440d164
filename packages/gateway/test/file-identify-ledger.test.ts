import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemFiles, writeSealed } from '../src/session-store/atomic-file.ts';
import { createFileIdentifyLedger } from '../src/identify/file-identify-ledger.ts';
import type { IdentifyLedgerState } from '../src/identify/identify-ledger.ts';

const STATE: IdentifyLedgerState = {
  tokenFingerprint: '0123456789abcdef',
  spends: [1_800_000_000_000, 1_800_000_005_250],
  reading: { total: 1000, remaining: 990, resetsAt: 1_800_080_000_000, readAt: 1_800_000_000_000 },
  starts: [1_800_000_000_000],
  tokenRejected: false,
  readyAt: null,
};

let root = '';
let count = 0;
const newPath = (): string => join(root, `ledger-${(count += 1)}`, 'identifies.json');

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shardgate-ledger-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('a file ledger', () => {
  test('gives a later process what was saved, and is readable by its owner alone', async () => {
    const path = newPath();
    expect(await createFileIdentifyLedger({ path }).load()).toBeUndefined();
    await createFileIdentifyLedger({ path }).save(STATE);
    expect(await createFileIdentifyLedger({ path }).load()).toEqual(STATE);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('saves at the same time end with the newest state', async () => {
    const path = newPath();
    const ledger = createFileIdentifyLedger({ path });
    await Promise.all(Array.from({ length: 50 }, (_, n) => ledger.save({ ...STATE, spends: [n] })));
    expect((await ledger.load())?.spends).toEqual([49]);
  });

  test('a damaged file is set aside and means no ledger', async () => {
    const path = newPath();
    await createFileIdentifyLedger({ path }).save(STATE);
    await writeFile(path, '{"half":');
    expect(await createFileIdentifyLedger({ path }).load()).toBeUndefined();
    expect(await readdir(join(path, '..'))).toEqual(['identifies.json.damaged-1']);
  });

  test.each([
    { ...STATE, spends: ['1'] },
    { ...STATE, starts: undefined },
    { ...STATE, tokenFingerprint: 1 },
    { ...STATE, tokenRejected: 'no' },
    { ...STATE, reading: { total: 1 } },
    { ...STATE, reading: undefined },
    { ...STATE, readyAt: 'x' },
    null,
    7,
  ])('a whole file with the wrong content means no ledger: %j', async (content) => {
    const path = newPath();
    await writeSealed(systemFiles, path, { format: 'shardgate-identifies', version: 1 }, content);
    expect(await createFileIdentifyLedger({ path }).load()).toBeUndefined();
  });

  test('a disk that refuses means no ledger to read, and an error that names the path to write', async () => {
    const path = newPath();
    await writeFile(join(path, '..'), 'a file where the folder should be');
    const ledger = createFileIdentifyLedger({ path });
    expect(await ledger.load()).toBeUndefined();
    await expect(ledger.save(STATE)).rejects.toThrow(`cannot create folder ${join(path, '..')}: `);
  });

  test('a path that is no name of a file is refused at creation', () => {
    expect(() => createFileIdentifyLedger({ path: '' })).toThrow('option path: expected the name of a file, got ""');
  });
});

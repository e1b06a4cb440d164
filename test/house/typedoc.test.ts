import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from './repository.ts';

const run = promisify(execFile);

it('the reference builds without a warning', { timeout: 240_000 }, async () => {
  const out = await mkdtemp(join(tmpdir(), 'shardgate-reference-'));
  try {
    // typedoc.json makes every warning an error, so a warning ends here as a non-zero exit with its text.
    const { stdout } = await run(process.execPath, ['node_modules/typedoc/bin/typedoc', '--out', out], { cwd: root });
    expect(stdout).not.toMatch(/\[warning\]|\[error\]/);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});

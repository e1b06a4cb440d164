import { constants, createDeflate, deflateRawSync } from 'node:zlib';

/** Compresses texts as Discord does: one zlib stream, each message ended by a sync flush. */
export async function deflateStream(texts: readonly (string | Uint8Array)[]): Promise<Buffer[]> {
  const deflate = createDeflate();
  let parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  const frames: Buffer[] = [];
  for (const text of texts) {
    deflate.write(text);
    await new Promise<void>((resolve) => {
      deflate.flush(constants.Z_SYNC_FLUSH, () => resolve());
    });
    frames.push(Buffer.concat(parts));
    parts = [];
  }
  deflate.destroy();
  return frames;
}

/**
 * One zlib message of `mebibytes` MiB of zeros. A full flush lets equal blocks be repeated, so it takes no time to make.
 */
export function zipBomb(mebibytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([Buffer.from('789c', 'hex'), ...Array.from({ length: mebibytes }, () => block)]);
}

/** A dispatch as Discord writes it. */
export function dispatch(t: string, s: number, d: object): string {
  return JSON.stringify({ t, s, op: 0, d });
}

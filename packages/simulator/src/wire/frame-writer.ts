import { createEtfFrameWriter } from './etf-frame.ts';
import { writeJsonFrame } from './frames.ts';
import type { Frame } from './frames.ts';

/** How payloads are written in both directions. */
export type Encoding = 'json' | 'etf';

/** Writes frames in each encoding: a string goes out as a text message, a buffer as a binary one. */
export type FrameWriters = Readonly<Record<Encoding, (frame: Frame) => string | Buffer>>;

export function createFrameWriters(): FrameWriters {
  return { json: writeJsonFrame, etf: createEtfFrameWriter() };
}

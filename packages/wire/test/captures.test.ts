import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Compression } from '../src/index.ts';
import { createFrameDecoder } from '../src/index.ts';

interface Capture {
  readonly name: string;
  readonly query: string;
  readonly messages: readonly string[];
  readonly payloads: readonly string[];
}

/** Bytes that Discord sent. They lie beside the repository, not in it. */
const file = new URL('../../../../shared/fixtures/discord-captures.json', import.meta.url);
const present = existsSync(file);
if (!present)
  console.warn(
    'captures.test.ts: skipped, as shared/fixtures/discord-captures.json does not lie beside the repository',
  );
const all: readonly Capture[] = present ? JSON.parse(readFileSync(file, 'utf8')) : [];

const BY_PARAMETER: Readonly<Record<string, Compression>> = {
  none: 'none',
  'zlib-stream': 'zlib-stream',
  'zstd-stream': 'zstd-stream',
};
const compressionOf = ({ query }: Capture): Compression | undefined => {
  const parameters = new URLSearchParams(query);
  return parameters.get('encoding') === 'json' ? BY_PARAMETER[parameters.get('compress') ?? 'none'] : undefined;
};
const supported = all.filter((capture) => compressionOf(capture) !== undefined);

describe.skipIf(!present)('captures of Discord', () => {
  it('has connections that this package can read', () => {
    const later = all.filter((capture) => !supported.includes(capture)).map(({ name }) => name);
    if (later.length > 0)
      console.warn(
        `captures.test.ts: not read, as they are in no encoding or compression of this test: ${later.join('; ')}`,
      );
    expect(supported.length).toBeGreaterThan(0);
  });

  it.each(supported)('"$name" decodes to the very bytes', (capture) => {
    const decoder = createFrameDecoder({ compression: compressionOf(capture) ?? 'none' });
    const payloads = capture.messages.map((message) =>
      decoder.push(Buffer.from(message, 'base64'), compressionOf(capture) !== 'none'),
    );
    expect(payloads.map((payload) => payload?.bytes.toString())).toEqual(capture.payloads);
    for (const [index, payload] of payloads.entries()) {
      const { op, s, t, d } = JSON.parse(capture.payloads[index] ?? '');
      expect([payload?.op, payload?.s, payload?.t, payload?.d]).toEqual([op, s, t, d]);
    }
    decoder.close();
  });

  it.each(supported.filter((capture) => compressionOf(capture) === 'zlib-stream'))(
    '"$name" cut at any byte gives no half text',
    (capture) => {
      const frames = capture.messages.map((message) => Buffer.from(message, 'base64'));
      for (const [index, frame] of frames.entries()) {
        for (let at = 1; at < frame.length; at++) {
          const decoder = createFrameDecoder();
          for (const before of frames.slice(0, index)) decoder.push(before, true);
          expect(decoder.push(frame.subarray(0, at), true)).toBeUndefined();
          expect(decoder.push(frame.subarray(at), true)?.bytes.toString()).toBe(capture.payloads[index]);
          decoder.close();
        }
      }
    },
  );
});

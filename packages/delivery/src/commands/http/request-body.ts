import type { IncomingMessage } from 'node:http';

/** Reads a body as JSON; `tooLarge` above `maxBytes`, `invalid` when it is no JSON, is not UTF-8 or broke off. */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly value: unknown } | 'tooLarge' | 'invalid'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'tooLarge';
  const parts: Buffer[] = [];
  let size = 0;
  try {
    // Leaving a loop over the request itself would destroy it, and with it the way for the answer.
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > maxBytes) return 'tooLarge';
      parts.push(part);
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts, size));
    return { value: JSON.parse(text) };
  } catch {
    return 'invalid';
  }
}

import type { IncomingMessage } from 'node:http';

/** Why there is no body. */
export type BodyRefusal = 'tooLarge' | 'broken' | 'taken';

/**
 * Reads the body of a `node:http` request. `taken`: something else, such as a framework's body parser, has read it before and left no bytes.
 */
export async function readNodeBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | BodyRefusal> {
  if (request.readableDidRead) {
    const kept = 'body' in request ? request.body : undefined;
    if (!Buffer.isBuffer(kept)) return 'taken';
    return kept.length > maxBytes ? 'tooLarge' : kept;
  }
  if (isTooLong(request.headers['content-length'], maxBytes)) return 'tooLarge';
  // A loop over the request itself would destroy it on the way out, and with it the way for the answer.
  return collect(request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>, maxBytes);
}

/** Reads the body of a web-standard request. */
export async function readWebBody(request: Request, maxBytes: number): Promise<Buffer | BodyRefusal> {
  if (request.bodyUsed) return 'taken';
  if (isTooLong(request.headers.get('content-length'), maxBytes)) return 'tooLarge';
  return request.body === null ? Buffer.alloc(0) : collect(request.body as AsyncIterable<Uint8Array>, maxBytes);
}

async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer | BodyRefusal> {
  const kept: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > maxBytes) return 'tooLarge';
      kept.push(chunk);
    }
  } catch {
    return 'broken';
  }
  return Buffer.concat(kept, size);
}

function isTooLong(contentLength: string | null | undefined, maxBytes: number): boolean {
  return Number(contentLength ?? 0) > maxBytes;
}

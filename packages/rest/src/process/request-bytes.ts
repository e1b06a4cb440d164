import type { IncomingMessage } from 'node:http';

/** A count of bytes shared by all requests of a process. */
export interface ByteBudget {
  /** Takes bytes; false, and nothing taken, when they do not fit. */
  take: (bytes: number) => boolean;
  /** Gives bytes back. */
  giveBack: (bytes: number) => void;
}

/** Why a body was not read. */
export type BodyRefusal = 'tooLarge' | 'noRoom' | 'broken';

/** Creates a budget; the limit is read at each take. */
export function createByteBudget(limit: () => number): ByteBudget {
  let held = 0;
  return {
    take: (bytes) => {
      if (held + bytes > limit()) return false;
      held += bytes;
      return true;
    },
    giveBack: (bytes) => {
      held -= bytes;
    },
  };
}

/**
 * Reads a request's body whole: the rate-limit queue may have to send it more than once. The bytes read are taken from
 * the budget and stay taken until the caller gives them back, unless the body is refused.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  budget: ByteBudget,
): Promise<Buffer | BodyRefusal> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'tooLarge';
  const chunks: Buffer[] = [];
  let size = 0;
  const refuse = (refusal: BodyRefusal): BodyRefusal => {
    budget.giveBack(size);
    return refusal;
  };
  try {
    // A loop over the request itself would destroy it on the way out, and with it the way for the refusal.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (size + chunk.length > maxBytes) return refuse('tooLarge');
      if (!budget.take(chunk.length)) return refuse('noRoom');
      size += chunk.length;
      chunks.push(chunk);
    }
  } catch {
    return refuse('broken');
  }
  return Buffer.concat(chunks, size);
}

import type { AcceptedPayload } from './delivery.ts';

/** The payload as JSON text: the bytes that Discord sent, unless they are ETF. */
export function jsonBytes(payload: AcceptedPayload): Buffer {
  return payload.encoding === 'json' ? payload.bytes : Buffer.from(JSON.stringify(payload));
}

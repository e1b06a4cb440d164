import { skipJson } from '@shardgate/wire';
import type { AttachedPayload } from './attached-payload.ts';

/** A payload as the gateway's decoder makes it; who calls the gateway's handler may bring another object. */
interface DecodedPayload {
  readonly encoding: string;
  readonly bytes: Buffer;
  readonly dStart: number;
  readonly dEnd: number;
}

/**
 * Throws as reading `d` does where the data was cut short or put together wrongly, for about a quarter of the cost: most events that wait are read by nobody. Of JSON text only brackets and
 * quotes are looked at; what else may be wrong shows to who reads it.
 */
export function checkData(payload: AttachedPayload): void {
  if (!isWhole(payload as AttachedPayload & Partial<DecodedPayload>)) void payload.d;
}

function isWhole({ encoding, bytes, dStart, dEnd }: Partial<DecodedPayload>): boolean {
  return encoding === 'json' && bytes !== undefined && dStart !== undefined && skipJson(bytes, dStart) === dEnd;
}

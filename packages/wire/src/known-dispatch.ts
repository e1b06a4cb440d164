import type { Encoding } from './decoder-options.ts';
import { ETF_FORMAT } from './etf-format.ts';
import { JSON_FORMAT } from './json-format.ts';
import { Op } from './opcodes.ts';
import { Payload } from './payload.ts';

/**
 * A dispatch that was read before, in another thread or process: the bytes are a copy of `payload.bytes`, all else is what that payload said. Nothing is read or checked again.
 *
 * @param dStart `payload.dStart`
 * @param dEnd `payload.dEnd`
 */
export function knownDispatch(
  bytes: Buffer,
  s: number | null,
  t: string | null,
  dStart: number,
  dEnd: number,
  encoding: Encoding,
): Payload {
  return new Payload(Op.Dispatch, s, t, bytes, dStart, dEnd, encoding === 'json' ? JSON_FORMAT : ETF_FORMAT);
}

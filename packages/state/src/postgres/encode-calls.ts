import type { EntityKind } from '../entity.ts';
import { CALL_CHARACTERS } from './defaults.ts';
import type { Step } from './plan-steps.ts';

/** Steps as calls of the function, JSON text: one, unless it would be too long. */
export function encodeCalls(steps: readonly Step[], expiryOf: (kind: EntityKind) => number | undefined): string[] {
  const calls: string[] = [];
  let call: string[] = [];
  let length = 0;
  const add = (text: string): void => {
    if (length > 0 && length + text.length > CALL_CHARACTERS) {
      calls.push(`[${call.join(',')}]`);
      call = [];
      length = 0;
    }
    call.push(text);
    length += text.length;
  };
  for (const step of steps) {
    if (step.rows.length === 0) add(encodeBare(step));
    else for (const rows of partsOf(step.rows)) add(encodeRows(step, rows, expiryOf));
  }
  if (call.length > 0) calls.push(`[${call.join(',')}]`);
  return calls;
}

function encodeBare({ on, deed, settings }: Step): string {
  return `{"on":"${on}","do":"${deed}"${settings === '' ? '' : `,${settings}`}}`;
}

function encodeRows(
  { on, deed }: Step,
  rows: readonly string[],
  expiryOf: (kind: EntityKind) => number | undefined,
): string {
  const expiry = deed === 'write' ? expiryOf(on as EntityKind) : undefined;
  return `{"on":"${on}","do":"${deed}"${expiry === undefined ? '' : `,"expiry":${expiry}`},"rows":[${rows.join(',')}]}`;
}

/** Rows of one statement: all, unless they would be too long together. */
function partsOf(rows: readonly string[]): readonly (readonly string[])[] {
  const length = rows.reduce((sum, row) => sum + row.length, 0);
  if (length <= CALL_CHARACTERS) return [rows];
  const size = Math.max(1, Math.floor((rows.length * CALL_CHARACTERS) / length / 2));
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, part) => rows.slice(part * size, (part + 1) * size));
}

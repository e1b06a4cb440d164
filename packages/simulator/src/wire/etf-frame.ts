import { etfName, etfTerm } from './etf-term.ts';
import { Tag, VERSION } from './etf-tag.ts';
import type { Frame } from './frames.ts';

const [D, OP, S, T] = ['d', 'op', 's', 't'].map(etfName) as [Buffer, Buffer, Buffer, Buffer];
const NIL = etfTerm(null);

/** Writes frames in ETF. Keys stand as Erlang sorts them: d, op, s, t. */
export function createEtfFrameWriter(): (frame: Frame) => Buffer {
  /** An event goes to several sessions one after another, most often with the same text. */
  let lastBody: string | undefined;
  let lastTerm = NIL;

  function termOf(body: string): Buffer {
    if (body !== lastBody) {
      lastTerm = etfTerm(JSON.parse(body), 64 + 2 * body.length);
      lastBody = body;
    }
    return lastTerm;
  }

  return ({ op, body, s, t }) => {
    const parts = [D, termOf(body), OP, etfTerm(op)];
    if (s !== undefined) parts.push(S, etfTerm(s));
    if (t !== undefined) parts.push(T, t === null ? NIL : etfName(t));
    return Buffer.concat([Buffer.of(VERSION, Tag.map, 0, 0, 0, parts.length / 2), ...parts]);
  };
}

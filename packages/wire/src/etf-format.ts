import { etfPreamble, readEtfStructure } from './etf-message.ts';
import type { PayloadFormat } from './payload-format.ts';
import { readEtfTerm } from './read-etf-term.ts';
import { etfAtom, writeEtfTerm } from './write-etf-term.ts';

const DATA_KEY = etfAtom('d');

export const ETF_FORMAT: PayloadFormat = {
  encoding: 'etf',
  readData: readEtfTerm,
  readStructure: readEtfStructure,
  write({ op, s, t }, d) {
    const members = [op, s, t].map(writeEtfTerm);
    const keys = ['op', 's', 't'].map(etfAtom);
    const tail = keys.flatMap((key, index) => [key, members[index] ?? Buffer.alloc(0)]);
    if (d === undefined) return { bytes: Buffer.concat([etfPreamble(tail.length / 2), ...tail]), dStart: -1, dEnd: -1 };
    const head = Buffer.concat([etfPreamble(tail.length / 2 + 1), DATA_KEY]);
    return { bytes: Buffer.concat([head, d, ...tail]), dStart: head.length, dEnd: head.length + d.length };
  },
};

import { readStructure } from './message-structure.ts';
import type { PayloadFormat } from './payload-format.ts';

const CLOSING_BRACE = Buffer.from('}');

export const JSON_FORMAT: PayloadFormat = {
  encoding: 'json',
  readData: (bytes, start, end) => JSON.parse(bytes.toString('utf8', start, end)),
  readStructure,
  write({ op, s, t }, d) {
    const head = `{"t":${JSON.stringify(t)},"s":${s},"op":${op}`;
    if (d === undefined) return { bytes: Buffer.from(`${head}}`), dStart: -1, dEnd: -1 };
    const start = Buffer.from(`${head},"d":`);
    const bytes = Buffer.concat([start, d, CLOSING_BRACE]);
    return { bytes, dStart: start.length, dEnd: bytes.length - 1 };
  },
};

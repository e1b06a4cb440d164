/**
 * A second reader of ETF for the laws: as plain as can be, slow, and sharing nothing with the package. It gives undefined
 * for what must be refused. Limits of size are not its business, but the depth is.
 */
export interface ReferenceMessage {
  readonly op: number;
  readonly s: number | null;
  readonly t: string | null;
  readonly d: unknown;
}

type Term =
  | { readonly kind: 'integer'; readonly value: bigint; readonly bytes: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'atom'; readonly value: string }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'list'; readonly value: readonly Term[] }
  | { readonly kind: 'map'; readonly value: readonly (readonly [string, Term])[] };

class Refused extends Error {}

export function referenceMessage(bytes: Buffer): ReferenceMessage | undefined {
  const root = refusedAsUndefined(() => readWhole(bytes));
  if (root?.kind !== 'map') return undefined;
  const member = (name: string): Term | undefined => root.value.findLast(([key]) => key === name)?.[1];
  const [opTerm, sTerm, tTerm, dTerm] = ['op', 's', 't', 'd'].map(member);
  const op = whole(opTerm);
  if (op === null) return undefined;
  const t = tTerm === undefined ? null : plain(tTerm);
  if (t !== null && (typeof t !== 'string' || tTerm?.kind === 'integer')) return undefined;
  return { op, s: op === 0 ? whole(sTerm) : null, t, d: dTerm === undefined ? undefined : plain(dTerm) };
}

export function referenceValue(bytes: Buffer): { readonly value: unknown } | undefined {
  const root = refusedAsUndefined(() => readWhole(bytes));
  return root === undefined ? undefined : { value: plain(root) };
}

function refusedAsUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function whole(term: Term | undefined): number | null {
  if (term?.kind !== 'integer' || term.value < 0n || term.value > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return Number(term.value);
}

function plain(term: Term): unknown {
  switch (term.kind) {
    case 'integer':
      return term.bytes > 4 ? String(term.value) : Number(term.value);
    case 'atom':
      return term.value === 'nil' || term.value === 'null'
        ? null
        : term.value === 'true' || (term.value === 'false' ? false : term.value);
    case 'list':
      return term.value.map(plain);
    case 'map':
      // fromEntries defines members, so that __proto__ is one of them.
      return Object.fromEntries(term.value.map(([key, value]) => [key, plain(value)]));
    default:
      return term.value;
  }
}

function readWhole(bytes: Buffer): Term {
  let rest = bytes;
  const cut = (count: number): Buffer => {
    if (count > rest.length) throw new Refused();
    const part = rest.subarray(0, count);
    rest = rest.subarray(count);
    return part;
  };
  const unsigned = (size: number): number => cut(size).readUIntBE(0, size);
  const many = (count: number, depth: number): Term[] => {
    if (depth >= 128 || count > rest.length) throw new Refused();
    return Array.from({ length: count }, () => term(depth + 1));
  };
  const big = (count: number): Term => {
    if (count > 1024) throw new Refused();
    const sign = unsigned(1) === 0 ? 1n : -1n;
    const value = cut(count).reduceRight((sum, digit) => sum * 256n + BigInt(digit), 0n);
    return { kind: 'integer', value: sign * value, bytes: count };
  };
  const float = (value: number): Term => {
    if (!Number.isFinite(value)) throw new Refused();
    return { kind: 'float', value };
  };
  const key = (): string => {
    const read = rest[0] === 111 ? undefined : term(0);
    if (read?.kind === 'text' || read?.kind === 'atom') return read.value;
    if (read?.kind === 'integer') return String(read.value);
    throw new Refused();
  };
  const members = (depth: number): Term => {
    const arity = unsigned(4);
    if (depth >= 128 || arity > rest.length) throw new Refused();
    return { kind: 'map', value: Array.from({ length: arity }, () => [key(), term(depth + 1)] as const) };
  };
  const term = (depth: number): Term => {
    const tag = unsigned(1);
    switch (tag) {
      case 70:
        return float(cut(8).readDoubleBE());
      case 97:
        return { kind: 'integer', value: BigInt(unsigned(1)), bytes: 1 };
      case 98:
        return { kind: 'integer', value: BigInt(cut(4).readInt32BE()), bytes: 4 };
      case 99: {
        const text = cut(31).toString('latin1').replace(/\0+$/, '');
        return float(/^ *[-+]?[0-9]+\.[0-9]+(e[-+]?[0-9]+)?$/.test(text) ? Number(text) : NaN);
      }
      case 100:
        return { kind: 'atom', value: cut(unsigned(2)).toString('latin1') };
      case 115:
        return { kind: 'atom', value: cut(unsigned(1)).toString('latin1') };
      case 118:
        return { kind: 'atom', value: cut(unsigned(2)).toString() };
      case 119:
        return { kind: 'atom', value: cut(unsigned(1)).toString() };
      case 104:
        return { kind: 'list', value: many(unsigned(1), depth) };
      case 105:
        return { kind: 'list', value: many(unsigned(4), depth) };
      case 106:
        return { kind: 'list', value: [] };
      case 107:
        return {
          kind: 'list',
          value: Array.from(cut(unsigned(2)), (byte) => ({ kind: 'integer', value: BigInt(byte), bytes: 1 })),
        };
      case 108: {
        const value = many(unsigned(4), depth);
        if (unsigned(1) !== 106) throw new Refused();
        return { kind: 'list', value };
      }
      case 109:
        return { kind: 'text', value: cut(unsigned(4)).toString() };
      case 110:
        return big(unsigned(1));
      case 111:
        return big(unsigned(4));
      case 116:
        return members(depth);
      default:
        throw new Refused();
    }
  };
  if (unsigned(1) !== 131) throw new Refused();
  const root = term(0);
  if (rest.length > 0) throw new Refused();
  return root;
}

/** Terms as bytes, tag by tag, without the version byte: written by hand here so that nothing of the package is needed. */

const u16 = (value: number): Buffer => Buffer.of(value >>> 8, value & 0xff);
const u32 = (value: number): Buffer =>
  Buffer.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
const tagged = (tag: number, ...parts: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.of(tag), ...parts]);

export const smallInteger = (value: number): Buffer => tagged(97, Buffer.of(value));
export const integer = (value: number): Buffer => tagged(98, u32(value >>> 0));
export const newFloat = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return tagged(70, bytes);
};
export const oldFloat = (text: string): Buffer => tagged(99, Buffer.from(text.padEnd(31, '\0'), 'latin1'));
export const atom = (name: string): Buffer =>
  tagged(100, u16(Buffer.byteLength(name, 'latin1')), Buffer.from(name, 'latin1'));
export const smallAtom = (name: string): Buffer => tagged(115, Buffer.of(name.length), Buffer.from(name, 'latin1'));
export const atomUtf8 = (name: string): Buffer => tagged(118, u16(Buffer.byteLength(name)), Buffer.from(name));
export const smallAtomUtf8 = (name: string): Buffer =>
  tagged(119, Buffer.of(Buffer.byteLength(name)), Buffer.from(name));
export const binary = (text: string | Uint8Array): Buffer =>
  tagged(109, u32(Buffer.byteLength(text)), Buffer.from(text));
export const nil: Buffer = Buffer.of(106);
export const byteString = (bytes: readonly number[]): Buffer => tagged(107, u16(bytes.length), Buffer.from(bytes));
export const list = (elements: readonly Buffer[], tail: Buffer = nil): Buffer =>
  tagged(108, u32(elements.length), ...elements, tail);
export const smallTuple = (elements: readonly Buffer[]): Buffer => tagged(104, Buffer.of(elements.length), ...elements);
export const largeTuple = (elements: readonly Buffer[]): Buffer => tagged(105, u32(elements.length), ...elements);
export const map = (members: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  tagged(116, u32(members.length), ...members.flat());
export const smallBig = (digits: readonly number[], sign = 0): Buffer =>
  tagged(110, Buffer.of(digits.length, sign), Buffer.from(digits));
export const largeBig = (digits: readonly number[], sign = 0): Buffer =>
  tagged(111, u32(digits.length), Buffer.of(sign), Buffer.from(digits));
/** An id as Discord writes it. */
export const id = (value: bigint): Buffer =>
  smallBig(Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)));

/** A whole external term. */
export const external = (term: Buffer): Buffer => tagged(131, term);

/** A dispatch as Discord writes it: keys are atoms, sorted. */
export function etfDispatch(t: string, s: number, d: Buffer): Buffer {
  const members = [
    [atom('d'), d],
    [atom('op'), smallInteger(0)],
    [atom('s'), integer(s)],
    [atom('t'), atom(t)],
  ] as const;
  return external(map(members));
}

/** Names one row of a table: whose it is, and its own id. Both are decimal numbers, as all ids of Discord are. */
export type RowKey = [owner: string, id: string];

/** Owner of what belongs to nobody: guilds, users, channels of direct messages. */
export const NO_OWNER = '0';
/** The lowest and the highest id there can be, for the ends of a range. */
export const FIRST_ID = '0';
export const LAST_ID: string = '9'.repeat(21);

/** Bytes of an id: five for the digits before the last nine, four for these. Together they sort as the numbers do. */
const ID_BYTES = 9;
const LOW_DIGITS = 9;
const ID = /^(?:0|[1-9]\d{0,20})$/;

/** Whether a text can be an owner or an id in a key. */
export function isRowId(text: string): boolean {
  return ID.test(text);
}

/** How keys stand in the file: the owner's nine bytes, then the id's. So the rows of an owner are one range, in the order of their ids. */
export const rowKeyEncoder = {
  writeKey([owner, id]: RowKey, target: Uint8Array, position: number): number {
    return writeId(id, target, writeId(owner, target, position));
  },
  readKey(source: Uint8Array, start: number): RowKey {
    return [readId(source, start), readId(source, start + ID_BYTES)];
  },
};

function writeId(id: string, target: Uint8Array, position: number): number {
  const split = id.length - LOW_DIGITS;
  let high = 0;
  let low = 0;
  for (let i = 0; i < id.length; i++) {
    const digit = id.charCodeAt(i) - 0x30;
    if (i < split) high = high * 10 + digit;
    else low = low * 10 + digit;
  }
  let at = position;
  target[at++] = Math.floor(high / 2 ** 32);
  at = writeUint32(high, target, at);
  return writeUint32(low, target, at);
}

function readId(source: Uint8Array, start: number): string {
  const high = (source[start] ?? 0) * 2 ** 32 + readUint32(source, start + 1);
  const low = readUint32(source, start + 5);
  return high === 0 ? String(low) : String(high) + String(low).padStart(LOW_DIGITS, '0');
}

function writeUint32(value: number, target: Uint8Array, position: number): number {
  target[position] = value >>> 24;
  target[position + 1] = value >>> 16;
  target[position + 2] = value >>> 8;
  target[position + 3] = value;
  return position + 4;
}

function readUint32(source: Uint8Array, start: number): number {
  return new DataView(source.buffer, source.byteOffset + start, 4).getUint32(0);
}

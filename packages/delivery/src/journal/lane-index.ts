/** Bytes an entry takes: offset above the base, position, length. */
const ENTRY = 12;
const LARGEST_DELTA = 0xffff_ffff;

/** Where the records of one lane stand in one place (a segment, or a batch on its way to it), in rising order of offsets. */
export class LaneIndex {
  count = 0;
  readonly #base: number;
  #entries: Buffer;

  /** @param base no entry has a lower offset */
  constructor(base: number, entries: Buffer = Buffer.alloc(0)) {
    this.#base = base;
    this.#entries = entries;
    this.count = entries.length / ENTRY;
  }

  /** Whether an offset is not too far from the first to be held. */
  holds(offset: number): boolean {
    return offset - this.#base <= LARGEST_DELTA;
  }

  push(offset: number, position: number, length: number): void {
    const at = this.count * ENTRY;
    if (at === this.#entries.length) {
      const grown = Buffer.allocUnsafe(ENTRY * Math.max(16, Math.ceil(this.count * 1.5)));
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#entries.writeUInt32LE(offset - this.#base, at);
    this.#entries.writeUInt32LE(position, at + 4);
    this.#entries.writeUInt32LE(length, at + 8);
    this.count += 1;
  }

  offsetAt(index: number): number {
    return this.#base + this.#entries.readUInt32LE(index * ENTRY);
  }

  positionAt(index: number): number {
    return this.#entries.readUInt32LE(index * ENTRY + 4);
  }

  lengthAt(index: number): number {
    return this.#entries.readUInt32LE(index * ENTRY + 8);
  }

  /** Index of the first entry above an offset; `count` when there is none. */
  firstAbove(offset: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offsetAt(middle) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The entries as they stand in a footer. */
  get entries(): Buffer {
    return this.#entries.subarray(0, this.count * ENTRY);
  }

  /** Bytes of memory. */
  get size(): number {
    return this.#entries.length;
  }
}

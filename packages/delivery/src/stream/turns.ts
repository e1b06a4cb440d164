import type { Lease } from './leases.ts';

/**
 * Lanes with something to send, in the order of their turns; each stands in it once.
 *
 * No `Set`: one that loses and gets members all the time makes a new table every few steps, and each old table holds the next one, so that only a collection of the whole heap frees any of them. And a class, for its getter, as `Lane` is.
 */
export class Turns {
  #line: (Lease | undefined)[] = [];
  #head = 0;

  get first(): Lease | undefined {
    return this.#line.length === 0 ? undefined : this.#line[this.#head];
  }

  /** To the end of the line, where it does not stand in it. */
  add(lease: Lease): void {
    if (lease.isWaiting) return;
    lease.isWaiting = true;
    this.#line.push(lease);
  }

  /** The first has had its turn. */
  next(): void {
    const { first } = this;
    if (first === undefined) return;
    first.isWaiting = false;
    this.#line[this.#head++] = undefined;
    if (this.#head < this.#line.length) return;
    this.#line = [];
    this.#head = 0;
  }

  /** Out of the line, wherever it stands. */
  remove(lease: Lease): void {
    if (!lease.isWaiting) return;
    lease.isWaiting = false;
    this.#line = this.#line.slice(this.#head).filter((each) => each !== lease);
    this.#head = 0;
  }

  clear(): void {
    for (const lease of this.#line) if (lease !== undefined) lease.isWaiting = false;
    this.#line = [];
    this.#head = 0;
  }
}

import type { Segment } from './segment.ts';
import type { JournalStore } from './store.ts';
import { writeWhole } from './store.ts';
import type { Damage } from './walk.ts';
import { readAnyhow } from './walk.ts';

/** Copies kept of damaged parts; a disk that rots everywhere must not be filled by them. */
const MOST_COPIES = 64;
const PART_BYTES = 2 ** 20;

/** Renames a file that cannot be used, so that the operator can look at it. Returns the name, or undefined when the disk does not let it. */
export async function setAside(store: JournalStore, name: string): Promise<string | undefined> {
  try {
    const names = new Set((await store.list()).map((file) => file.name));
    let n = 1;
    while (names.has(`${name}.damaged-${n}`)) n += 1;
    await store.rename(name, `${name}.damaged-${n}`);
    return `${name}.damaged-${n}`;
  } catch {
    return undefined;
  }
}

/** Copies a damaged part of a segment to a file beside it. Best effort; a copy that is there stays. */
export async function copyAside(
  store: JournalStore,
  segment: Pick<Segment, 'name' | 'size'>,
  { from, to }: Damage,
): Promise<void> {
  const name = `${segment.name}.damaged-at-${from}`;
  try {
    const copies = (await store.list()).filter((file) => file.name.includes('.damaged-'));
    if (copies.length >= MOST_COPIES || copies.some((file) => file.name === name)) return;
    const file = await store.create(name);
    try {
      const end = Math.min(to, segment.size);
      for (let at = from; at < end; at += PART_BYTES) {
        const part = await readAnyhow(store, segment.name, at, Math.min(PART_BYTES, end - at));
        if (part.length === 0) break;
        await writeWhole(file, [part], at - from);
      }
    } finally {
      await file.close();
    }
  } catch {
    // The damaged file itself stays as long as it is needed.
  }
}

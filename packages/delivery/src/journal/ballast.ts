import { randomFillSync } from 'node:crypto';
import type { JournalStore } from './store.ts';
import { writeWhole } from './store.ts';

const NAME = 'ballast';
const PART_BYTES = 2 ** 20;

/** Room on the disk that is held by a file of no use, so that there is some when it is needed. */
export interface Ballast {
  /** Whether the room is held. */
  readonly held: boolean;
  /** Takes the room; rejects when the disk has none. */
  hold(): Promise<void>;
  /** Gives it back. False when there was none. */
  free(): Promise<boolean>;
}

/** @param bytes 0 for none: then it is always held */
export function createBallast(store: JournalStore, bytes: number): Ballast {
  let held = bytes === 0;
  return {
    get held() {
      return held;
    },
    async hold() {
      if (held) return;
      const present = (await store.list()).find(({ name }) => name === NAME);
      if (present?.size !== bytes) {
        // Some file systems take no room for zeros.
        const part = Buffer.allocUnsafe(Math.min(bytes, PART_BYTES));
        randomFillSync(part);
        const file = await store.create(NAME);
        try {
          for (let at = 0; at < bytes; at += PART_BYTES) {
            await writeWhole(file, [part.subarray(0, Math.min(PART_BYTES, bytes - at))], at);
          }
          await file.sync();
        } catch (error) {
          await file.truncate(0).catch(() => undefined);
          throw error;
        } finally {
          await file.close();
        }
      }
      held = true;
    },
    async free() {
      if (bytes === 0 || !held) return false;
      held = false;
      await store.remove(NAME);
      return true;
    },
  };
}

import { readdir } from 'node:fs/promises';
import { createFileStore, inspectJournal, type JournalInspection, type JournalStore } from '@shardgate/delivery';
import { JournalProblem } from './journal-problem.ts';

/** What stands in a journal's directory before the first event. */
const OWN_FILES = new Set(['lock', 'ballast']);

/** A directory that has been seen to be a journal. */
export interface KnownJournal {
  readonly store: JournalStore;
  readonly inspection: JournalInspection;
  /** Bytes read so far. */
  bytesRead(): number;
}

/**
 * Looks at a journal; nothing is made or changed.
 *
 * @throws {JournalProblem} when the directory holds none; the system's errors as they are
 */
export async function openKnownJournal(path: string): Promise<KnownJournal> {
  // Tells a missing directory and a file apart.
  await readdir(path);
  const files = createFileStore({ path });
  let bytesRead = 0;
  const store: JournalStore = {
    ...files,
    async read(name, position, length) {
      const bytes = await files.read(name, position, length);
      bytesRead += bytes.length;
      return bytes;
    },
  };
  const inspection = await inspectJournal(store, Date.now());
  const { segments, damage, otherFiles } = inspection;
  if (segments.length === 0 && damage.length === 0 && !otherFiles.some(({ name }) => OWN_FILES.has(name))) {
    throw new JournalProblem('notAJournal', `${path} holds no journal: none of its files is a segment of one`);
  }
  return { store, inspection, bytesRead: () => bytesRead };
}

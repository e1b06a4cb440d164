import { setAside } from './aside.ts';
import { HEADER_BYTES, Kind, VERSION, header, isIntact, jsonOf, recordLength, versionAt } from './record.ts';
import type { OpenRecord } from './segment.ts';
import { segmentId } from './segment.ts';
import type { JournalStore } from './store.ts';
import { readAnyhow, walk } from './walk.ts';

/** A file that is a segment by its name and, as far as can be told, by its content. */
export interface SegmentFile {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** Undefined when its start is damaged. */
  readonly open: OpenRecord | undefined;
}

export interface FoundSegments {
  /** By rising id. */
  readonly files: readonly SegmentFile[];
  /** Names of files with nothing in them. */
  readonly empty: readonly string[];
  readonly damage: readonly string[];
}

/** Looks at every file that has a segment's name. What is none of ours is renamed, unless nothing may be changed. */
export async function findSegments(store: JournalStore, mayChange: boolean): Promise<FoundSegments> {
  const files: SegmentFile[] = [];
  const empty: string[] = [];
  const damage: string[] = [];
  const named = (await store.list()).flatMap(({ name, size }) => {
    const id = segmentId(name);
    return id === undefined ? [] : [{ id, name, size }];
  });
  named.sort((one, other) => one.id - other.id);
  for (const file of named) {
    const first = await readFirst(store, file);
    if (typeof first === 'object') files.push({ ...file, open: first });
    else if (first === 'unreadable' && (await hasRecord(store, file))) files.push({ ...file, open: undefined });
    else if (first === 'empty' || (file === named.at(-1) && (await isUnwritten(store, file)))) empty.push(file.name);
    else {
      const aside = mayChange ? await setAside(store, file.name) : undefined;
      damage.push(`${file.name} ${REASONS[first]}${aside === undefined ? '' : `; kept as ${aside}`}`);
    }
  }
  return { files, empty, damage };
}

type Trouble = 'empty' | 'version' | 'foreign' | 'unreadable';

const REASONS: Readonly<Record<Trouble, string>> = {
  empty: 'is empty',
  version: 'is of another version of Shardgate',
  foreign: 'is another segment under this name',
  unreadable: 'holds no record',
};

async function readFirst(
  store: JournalStore,
  { id, name, size }: Omit<SegmentFile, 'open'>,
): Promise<OpenRecord | Trouble> {
  const start = await readAnyhow(store, name, 0, Math.min(size, HEADER_BYTES));
  if (start.length === 0) return 'empty';
  const version = versionAt(start, 0);
  const length = start.length < HEADER_BYTES ? 0 : recordLength(start, 0);
  if (length > 0 && length <= size) {
    const record = await readAnyhow(store, name, 0, length);
    if (isIntact(record, 0, length) && header.kind(record, 0) === Kind.open) {
      const open = jsonOf(record, 0, length) as OpenRecord;
      return open.id === id ? open : 'foreign';
    }
  }
  // Damage may have made it look like another version: then there are records of ours further on.
  if (version !== undefined && version !== VERSION && !(await hasRecord(store, { name, size }))) return 'version';
  return 'unreadable';
}

async function hasRecord(store: JournalStore, { name, size }: { name: string; size: number }): Promise<boolean> {
  let has = false;
  await walk(store, { name, end: size }, { record: () => (has = true) });
  return has;
}

/** What a power cut leaves of the newest segment when nothing of it was synced: less than a record, or blocks of zeros. */
async function isUnwritten(store: JournalStore, { name, size }: { name: string; size: number }): Promise<boolean> {
  const bytes = await readAnyhow(store, name, 0, size);
  if (versionAt(bytes, 0) === VERSION) return true;
  // Only whole sectors go missing, so what is left of ours has a zeroed first one.
  return bytes.subarray(0, 512).every((byte) => byte === 0);
}

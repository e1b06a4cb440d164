import type { JournalFile, JournalStore } from '../src/journal/store.ts';

/** What a power cut leaves of what was not synced. */
export type Cut = 'drop' | 'keep' | 'tear' | 'tearOther' | 'dropNames';

export interface Fault {
  /** Number of the operation, from 0. */
  readonly at: number;
  /** How often in a row. Default 1. */
  readonly times?: number;
  readonly kind: 'ENOSPC' | 'EIO' | 'short' | 'dead';
}

/** A disk whose files and names are lost by a power cut until they are synced, in sectors. */
export interface ModelDisk {
  readonly store: JournalStore;
  /** Files as the running system sees them. */
  readonly files: { get(name: string): Uint8Array | undefined; keys(): Iterable<string> };
  /** Called, and awaited, before each operation. */
  beforeOperation: ((what: string) => Promise<void>) | undefined;
  readonly operations: number;
  /** What was done, newest last. */
  readonly trace: readonly string[];
  faults: readonly Fault[];
  /** Bytes the disk holds at most. */
  capacity: number;
  /** The files as they are after power came back. */
  cut(how: Cut): Map<string, Buffer>;
}

const SECTOR = 512;

interface Inode {
  /** What is seen. */
  data: Buffer;
  /** What is on the disk for sure. */
  synced: Buffer;
}

export function createModelDisk(content: ReadonlyMap<string, Buffer> = new Map()): ModelDisk {
  const names = new Map<string, Inode>();
  for (const [name, data] of content) names.set(name, { data: Buffer.from(data), synced: Buffer.from(data) });
  let durableNames = new Map(names);
  const trace: string[] = [];
  let operations = 0;
  let dead = false;

  const fail = (code: string): never => {
    throw Object.assign(new Error(`${code}: fault of the model`), { code });
  };
  /** Counts an operation; gives the fault that hits it. */
  const operate = async (what: string): Promise<Fault | undefined> => {
    await Promise.resolve();
    await disk.beforeOperation?.(what);
    if (dead) fail('EDEAD');
    const number = operations;
    operations += 1;
    trace.push(what);
    const fault = disk.faults.find(({ at, times = 1 }) => number >= at && number < at + times);
    if (fault?.kind === 'dead') {
      dead = true;
      fail('EDEAD');
    }
    return fault;
  };
  const inodeOf = (name: string): Inode => names.get(name) ?? fail('ENOENT');
  const used = (): number => [...names.values()].reduce((sum, { data }) => sum + data.length, 0);

  const fileOf = (name: string, inode: Inode): JournalFile => ({
    async write(buffers, position) {
      const all = Buffer.concat(buffers);
      const put = (bytes: Buffer): void => {
        const grown = Buffer.alloc(Math.max(inode.data.length, position + bytes.length));
        inode.data.copy(grown);
        bytes.copy(grown, position);
        inode.data = grown;
      };
      let fault: Fault | undefined;
      try {
        fault = await operate(`write ${name} ${position}+${all.length}`);
      } catch (error) {
        // Power went during the write: any part of it may have come to the disk.
        if (operations === trace.length) put(all);
        throw error;
      }
      if (fault?.kind === 'short') {
        put(all.subarray(0, Math.floor(all.length / 2)));
        return Math.floor(all.length / 2);
      }
      if (fault !== undefined) fail(fault.kind);
      const room = disk.capacity - used() - Math.max(0, position + all.length - inode.data.length);
      if (room < 0) {
        put(all.subarray(0, Math.max(0, all.length + room)));
        fail('ENOSPC');
      }
      put(all);
      return all.length;
    },
    async sync() {
      const fault = await operate(`sync ${name}`);
      if (fault !== undefined) {
        // As Linux does: the pages count as clean now, the disk has not got them.
        fail('EIO');
      }
      inode.synced = Buffer.from(inode.data);
    },
    async truncate(length) {
      if ((await operate(`truncate ${name} ${length}`)) !== undefined) fail('EIO');
      inode.data = Buffer.from(inode.data.subarray(0, length));
    },
    async close() {},
  });

  const disk: ModelDisk = {
    files: { get: (name) => names.get(name)?.data, keys: () => names.keys() },
    beforeOperation: undefined,
    get operations() {
      return operations;
    },
    trace,
    faults: [],
    capacity: Number.POSITIVE_INFINITY,
    store: {
      lock: async () => async () => undefined,
      async list() {
        await Promise.resolve();
        return [...names].map(([name, { data }]) => ({ name, size: data.length }));
      },
      async create(name) {
        const fault = await operate(`create ${name}`);
        if (fault !== undefined) fail(fault.kind === 'short' ? 'ENOSPC' : fault.kind);
        const inode = { data: Buffer.alloc(0), synced: Buffer.alloc(0) };
        names.set(name, inode);
        return fileOf(name, inode);
      },
      async open(name) {
        const fault = await operate(`open ${name}`);
        if (fault !== undefined) fail('EIO');
        return fileOf(name, inodeOf(name));
      },
      async read(name, position, length) {
        await Promise.resolve();
        return Buffer.from(inodeOf(name).data.subarray(position, position + length));
      },
      async rename(from, to) {
        if ((await operate(`rename ${from}`)) !== undefined) fail('EIO');
        names.set(to, inodeOf(from));
        names.delete(from);
      },
      async remove(name) {
        if ((await operate(`remove ${name}`)) !== undefined) fail('EIO');
        names.delete(name);
      },
      async syncDirectory() {
        if ((await operate('syncDirectory')) !== undefined) fail('EIO');
        durableNames = new Map(names);
      },
    },
    cut(how) {
      const left = new Map<string, Buffer>();
      const kept = how === 'dropNames' || how === 'drop' ? durableNames : names;
      for (const [name, inode] of kept) left.set(name, afterCut(inode, how));
      return left;
    },
  };
  return disk;
}

function afterCut({ data, synced }: Inode, how: Cut): Buffer {
  if (how === 'drop') return Buffer.from(synced);
  if (how === 'keep' || how === 'dropNames') return Buffer.from(data);
  // The size may be on the disk before the data is: then there are zeros.
  const torn = Buffer.alloc(data.length);
  for (let at = 0; at < data.length; at += SECTOR) {
    const isWhole =
      at + SECTOR <= synced.length && synced.subarray(at, at + SECTOR).equals(data.subarray(at, at + SECTOR));
    const isOdd = (at / SECTOR) % 2 === 1;
    const source = isWhole || isOdd === (how === 'tear') ? data : synced;
    source.subarray(at, at + SECTOR).copy(torn, at);
  }
  return torn;
}

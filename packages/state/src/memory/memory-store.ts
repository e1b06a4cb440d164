import { ENTITY_KINDS, type EntityKind, type EntityRef } from '../entity.ts';
import { checkOptions } from '../options/check-options.ts';
import { text } from '../options/shapes.ts';
import type { StoreContext, SynchronousStore } from '../store.ts';
import { createExpiry, type Expiry } from './expiry.ts';
import { createTextPacker, type TextPacker } from './packed-text.ts';
import { listRefs, walkRefs } from './shelf-list.ts';
import { applyToShelves, trimMessages, type ShelfAccess } from './shelf-operations.ts';
import { createShelves } from './shelves.ts';
import { loadSnapshot, saveSnapshot } from './snapshot-file.ts';

/** Options of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  /** For messages and figures. Default `memory`. */
  readonly name?: string;
  /**
   * A file in which `close` leaves everything and in which `open` finds it; it is removed once read, as after a crash it would be older than the sessions. Undefined, the default: what is
   * in memory ends with the process.
   */
  readonly path?: string;
}

/**
 * Keeps the cache in this process, packed: a member takes about a fifth of what its JSON text would. It answers at once, so events never wait for it. A damaged file is set aside as
 * `<path>.damaged-<n>`, and the store begins empty.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): SynchronousStore {
  checkOptions('createMemoryStore', options, { name: text.optional(), path: text.optional() });
  const { name = 'memory', path } = options;
  const shelves = createShelves();
  const packers = Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, createTextPacker()])) as Record<
    EntityKind,
    TextPacker
  >;
  let expiry: Expiry | undefined;
  let limit: number | undefined;
  let isOpen = false;
  let detail: string | undefined;

  const read = (ref: EntityRef): string | undefined => {
    const packed = shelves.read(ref);
    return packed === undefined ? undefined : packers[ref.kind].unpack(packed);
  };
  const sweep = (): void => expiry?.sweep((ref) => shelves.remove(ref));
  const access: ShelfAccess = {
    shelves,
    read,
    write(ref, value) {
      shelves.write(ref, packers[ref.kind].pack(value));
      expiry?.written(ref);
      if (limit !== undefined && ref.kind === 'message') trimMessages(shelves, ref, limit);
    },
  };

  return {
    name,
    isSynchronous: true,
    async open(context: StoreContext) {
      expiry = createExpiry(context);
      limit = context.messagesPerChannel;
      if (path !== undefined) detail = await loadSnapshot(path, ({ ref, value }) => access.write(ref, value));
      isOpen = true;
    },
    apply(operations) {
      sweep();
      return operations.map((operation) => applyToShelves(access, operation));
    },
    get(ref) {
      sweep();
      return read(ref);
    },
    getMany(refs) {
      sweep();
      return refs.map(read);
    },
    list(query) {
      sweep();
      return listRefs(shelves, query).map((ref) => ({ ref, value: read(ref) ?? '' }));
    },
    counts() {
      sweep();
      return shelves.counts();
    },
    guildIds: () => [...shelves.guildIds()],
    status: () => (detail === undefined ? { isReady: isOpen } : { isReady: isOpen, detail }),
    async close() {
      if (!isOpen) return;
      isOpen = false;
      sweep();
      if (path !== undefined) await saveSnapshot(path, entities());
    },
  };

  function* entities(): Generator<{ ref: EntityRef; value: string }, undefined> {
    for (const kind of ENTITY_KINDS)
      for (const ref of walkRefs(shelves, { kind })) yield { ref, value: read(ref) ?? '' };
    return undefined;
  }
}

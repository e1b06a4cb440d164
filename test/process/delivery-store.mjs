import { createFileStore } from '@shardgate/delivery';

/** Real files that refuse to be written from the moment `fail` names an error, until it names none. */
export function createBreakableStore(path) {
  const store = createFileStore({ path });
  let failure;

  /** @param only the operations that fail; all that write when left out */
  function refuse(operation) {
    if (failure === undefined || (failure.only !== undefined && !failure.only.includes(operation))) return;
    throw Object.assign(new Error(`${failure.code}: the disk refuses to ${operation}`), { code: failure.code });
  }

  const onFile = (file) => ({
    ...file,
    async write(buffers, position) {
      refuse('write');
      return file.write(buffers, position);
    },
    async sync() {
      refuse('sync');
      return file.sync();
    },
  });

  return {
    store: {
      ...store,
      open: async (name) => onFile(await store.open(name)),
      async create(name) {
        refuse('create');
        return onFile(await store.create(name));
      },
      async syncDirectory() {
        refuse('sync');
        return store.syncDirectory();
      },
    },
    fail(code, only) {
      failure = code === null ? undefined : { code, only };
    },
  };
}

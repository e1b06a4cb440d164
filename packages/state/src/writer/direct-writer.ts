import type { State } from '../state.ts';
import type { SynchronousStore } from '../store.ts';
import { tell } from '../tell.ts';
import { createMissingGuilds } from './missing-guilds.ts';
import type { Writer } from './writer.ts';

/** Writer of a store that answers at once. What it refuses is lost to it, so it is stale until Discord has sent the guilds concerned once more. */
export function createDirectWriter(state: Pick<State, 'events'>, store: SynchronousStore): Writer {
  const missing = createMissingGuilds();
  let isStale = false;
  let dropped = 0;
  return {
    write(operations) {
      try {
        const replaced = store.apply(operations);
        if (isStale) {
          missing.written(operations);
          if (missing.size === 0) {
            isStale = false;
            dropped = 0;
            tell(state, 'current', { store: store.name });
          }
        }
        return replaced;
      } catch (error) {
        dropped += operations.length;
        missing.dropped(operations);
        if (!isStale) tell(state, 'stale', { store: store.name, error });
        isStale = true;
        return undefined;
      }
    },
    end: async () => {},
    // It is as long-lived as this process.
    emptied: () => {},
    seen: () => {},
    report: () => ({
      ...store.status(),
      name: store.name,
      isStale,
      queuedOperations: 0,
      droppedOperations: dropped,
      missingGuilds: missing.size,
      missingShards: [],
    }),
  };
}

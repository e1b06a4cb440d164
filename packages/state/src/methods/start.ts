import type { State } from '../state.ts';
import type { Store } from '../store.ts';
import { tell } from '../tell.ts';

/** Default of {@link StateMethods.start}. */
export async function start(state: State): Promise<void> {
  const { runtime, clock, ttlMs, messagesPerChannel } = state;
  if (runtime.phase !== 'idle') throw new Error(`the state is ${runtime.phase}; start is for a new one, once`);
  runtime.phase = 'starting';
  const open: Store[] = [];
  try {
    for (const [index, store] of state.stores.entries()) {
      await store.open({ clock, ttlMs, messagesPerChannel, onEmptied: () => runtime.writers[index]?.emptied() });
      open.push(store);
    }
    runtime.held.begin();
  } catch (error) {
    for (const store of open)
      await store
        .close()
        .catch((closing: unknown) => tell(state, 'error', { where: `store ${store.name}`, error: closing }));
    runtime.phase = 'stopped';
    throw error;
  }
  runtime.phase = 'running';
}

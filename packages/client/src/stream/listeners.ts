import { callAll } from '../call-all.ts';
import type { StreamEvent } from './client-event.ts';
import type { ClientEvents } from './event-client.ts';

/** Takes what its event gives; which that is says the type of `EventClient.on`. */
type Listener = (...args: readonly unknown[]) => unknown;

const CLIENT_EVENTS: Readonly<Record<keyof ClientEvents, true>> = {
  connected: true,
  disconnected: true,
  leased: true,
  revoked: true,
  gap: true,
  reshard: true,
  error: true,
};

/** The listeners of a client. */
export interface Listeners {
  /** Gives a function that takes the listener away. */
  add(name: string, listener: (...args: never[]) => unknown): () => void;
  /** Tells the listeners of the client's own events. What one of them throws or rejects with goes to those of `error`. */
  emit<Name extends keyof ClientEvents>(name: Name, ...args: ClientEvents[Name]): void;
  /** Calls the listeners of one of Discord's events. Throws or rejects with the first failure, when all have settled. */
  dispatch(event: StreamEvent): unknown;
}

export function createListeners(): Listeners {
  const byName = new Map<string, Set<Listener>>();

  const emit: Listeners['emit'] = (name, ...args) => {
    const failed = (error: unknown): void => {
      // A listener of `error` that fails has nobody left to tell.
      if (name !== 'error') emit('error', error);
    };
    for (const listener of byName.get(name) ?? []) {
      try {
        void Promise.resolve(listener(...args)).catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  };

  return {
    emit,
    add(name, listener) {
      if (typeof listener !== 'function') throw new TypeError(`on: the listener of "${name}" is no function`);
      if (!Object.hasOwn(CLIENT_EVENTS, name) && name !== '*' && !/^[A-Z][A-Z0-9_]*$/.test(name)) {
        const known = Object.keys(CLIENT_EVENTS).join(', ');
        throw new TypeError(
          `on: "${name}" is neither an event of Discord's (MESSAGE_CREATE), "*", nor one of ${known}`,
        );
      }
      const listeners = byName.get(name) ?? new Set();
      byName.set(name, listeners.add(listener as Listener));
      return () => void listeners.delete(listener as Listener);
    },
    dispatch(event) {
      const named = byName.get(event.t);
      const general = byName.get('*');
      const listeners = [...(named ?? []), ...(general ?? [])];
      if (listeners.length > 1) return callAll(listeners.map((listener) => () => listener(event.d, event)));
      return listeners[0]?.(event.d, event);
    },
  };
}

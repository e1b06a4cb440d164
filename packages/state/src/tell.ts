import type { State } from './state.ts';
import type { StateEvents } from './state-events.ts';

/** Emits an event of the state; a listener that throws harms no one. */
export function tell<Name extends keyof StateEvents>(
  state: Pick<State, 'events'>,
  name: Name,
  event: Parameters<StateEvents[Name]>[0],
): void {
  try {
    // The emitter's types cannot see that the event belongs to the name.
    (state.events.emit as (name: string, event: unknown) => boolean)(name, event);
  } catch (error) {
    if (name !== 'error') tell(state, 'error', { where: `listener of ${name}`, error });
  }
}

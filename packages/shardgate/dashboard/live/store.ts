import { useEffect, useState } from 'preact/hooks';
import { atStart, type LiveState } from './state.ts';

let state: LiveState = atStart;
let drawing = false;
const listeners = new Set<() => void>();

/** Puts the next state in place. It is shown with the next frame; a page in the background has none and costs nothing. */
export function update(change: (state: LiveState) => LiveState): void {
  const next = change(state);
  if (next === state) return;
  state = next;
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    for (const listener of [...listeners]) listener();
  });
}

export const current = (): LiveState => state;

/** A part of the state; its component is drawn again only when that part is another value. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const [, draw] = useState<{ value: T }>();
  const value = select(state);
  useEffect(() => {
    let shown = select(state);
    const look = (): void => {
      const now = select(state);
      if (Object.is(now, shown)) return;
      shown = now;
      draw({ value: now });
    };
    // What changed between drawing and this effect.
    if (!Object.is(shown, value)) draw({ value: shown });
    listeners.add(look);
    return () => void listeners.delete(look);
    // `select` has to be the same choice on each call: it is read once.
  }, []);
  return value;
}

import type { Clock } from './clock.ts';

/** The timers of one owner, so that all of them can be cleared when it ends. */
export interface TimerSet {
  set(callback: () => void, delayMs: number): unknown;
  clear(handle: unknown): void;
  clearAll(): void;
}

export function createTimerSet(clock: Clock): TimerSet {
  const handles = new Set<unknown>();

  return {
    set(callback, delayMs) {
      const handle: unknown = clock.setTimer(() => {
        handles.delete(handle);
        callback();
      }, delayMs);
      handles.add(handle);
      return handle;
    },
    clear(handle) {
      if (handles.delete(handle)) clock.clearTimer(handle);
    },
    clearAll() {
      for (const handle of handles) clock.clearTimer(handle);
      handles.clear();
    },
  };
}

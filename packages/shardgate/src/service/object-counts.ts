import type { Clock } from '@shardgate/gateway';
import type { Answer, EntityKind } from '@shardgate/state';

/** From one counting to the next: one costs a Redis or PostgreSQL a question for each kind. */
const KEPT_MS = 5_000;

/** Objects by kind, as they were counted last. */
export interface ObjectCounts {
  readonly objects: Readonly<Record<EntityKind, number>>;
  /** Wall-clock milliseconds. */
  readonly countedAt: number;
}

/** Gives the newest counts at once, undefined before the first, and has them counted anew when they are old. One counting at a time. */
export function createObjectCounts(
  count: () => Answer<ObjectCounts['objects']>,
  clock: Clock,
): () => ObjectCounts | undefined {
  let newest: ObjectCounts | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  const take = (objects: ObjectCounts['objects']): void => {
    newest = { objects, countedAt: clock.wallTime() };
  };
  return () => {
    if (isAsking || clock.now() - askedAt < KEPT_MS) return newest;
    askedAt = clock.now();
    try {
      const answer = count();
      if (!(answer instanceof Promise)) take(answer);
      else {
        isAsking = true;
        // A store that cannot be asked says so itself; what it said before stands.
        void answer.then(take, () => {}).finally(() => (isAsking = false));
      }
    } catch {
      // The same.
    }
    return newest;
  };
}

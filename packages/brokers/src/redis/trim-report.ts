import type { SinkDoor } from '@shardgate/delivery';
import { TELL_AGAIN_MS } from '../defaults.ts';
import type { RedisTargetSettings } from './redis-target.ts';

/** Counts what is trimmed away unread. */
export interface TrimReport {
  add(list: string, count: number): void;
}

/** Creates a count that tells at once, and then what has come together each minute. */
export function createTrimReport(
  { clock, where }: Pick<RedisTargetSettings, 'clock' | 'where'>,
  report: SinkDoor['report'],
): TrimReport {
  const lists = new Map<string, { count: number; toldAt: number }>();
  return {
    add: (list, count) => {
      const now = clock.now();
      const entry = lists.get(list) ?? { count: 0, toldAt: Number.NEGATIVE_INFINITY };
      lists.set(list, entry);
      entry.count += count;
      if (now - entry.toldAt < TELL_AGAIN_MS) return;
      entry.toldAt = now;
      report(
        'warn',
        `the list '${list}' of Redis ${where} is full: ${entry.count} of its oldest elements were thrown away so far, unread`,
      );
    },
  };
}

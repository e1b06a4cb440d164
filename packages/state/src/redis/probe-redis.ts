import { randomUUID } from 'node:crypto';
import { checkOptions } from '../options/check-options.ts';
import { systemClock } from '../ports/clock.ts';
import { OWN } from './layout.ts';
import { askBy } from './read-objects.ts';
import { createRedisLink } from './redis-link.ts';
import { readTarget, targetShape, type RedisTarget } from './redis-target.ts';

/** What a look at a Redis found. */
export interface RedisProbe {
  /** The server's: `7.0.15`. */
  readonly version: string;
  /** Whether it may throw keys away when its memory is full (`maxmemory-policy`). */
  readonly evicts: boolean;
}

/**
 * Looks whether a Redis can be a store, and leaves nothing behind.
 *
 * @throws {TypeError} naming every option that does not exist or whose value is wrong
 * @throws {Error} naming the server and what is wrong: it cannot be reached, refuses the password, or cannot be written
 */
export async function probeRedis(target: RedisTarget): Promise<RedisProbe> {
  checkOptions('probeRedis', target, targetShape);
  const settings = readTarget('probeRedis', target);
  const link = createRedisLink({ ...settings, clock: systemClock });
  const ask = askBy((commands) => link.run(commands), settings.where);
  const key = `${OWN}probe:${randomUUID()}`;
  try {
    await ask(['SET', key, '1', 'PX', '1000'], ['DEL', key]);
    const [server, memory] = await ask(['INFO', 'server'], ['INFO', 'memory']);
    return {
      version: lineOf(server, 'redis_version') ?? 'unknown',
      evicts: (lineOf(memory, 'maxmemory_policy') ?? 'noeviction') !== 'noeviction',
    };
  } finally {
    link.close();
  }
}

function lineOf(text: unknown, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(String(text))?.[1];
}

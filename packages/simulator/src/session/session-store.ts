import { shardOfTime } from '../world/snowflake.ts';
import type { Session } from './session.ts';

/** Every session that exists, of any shard counts side by side. */
export interface SessionStore {
  add(session: Session): void;
  get(id: string): Session | undefined;
  delete(session: Session): void;
  /** The sessions that hold a guild, each by its own shard count; those of shard 0 for `undefined`. */
  covering(guildTime: number | undefined): Session[];
  ofShard(shardId: number, shardCount: number): Session[];
  all(): Session[];
  readonly size: number;
  /** Intents that at least one session has. */
  intents(): number;
}

export function createSessionStore(): SessionStore {
  const sessions = new Map<string, Session>();
  /** By shard count, then by shard. */
  const generations = new Map<number, Map<number, Set<Session>>>();
  let intents: number | undefined;

  return {
    add(session) {
      const [shardId, shardCount] = session.shard;
      sessions.set(session.id, session);
      intents = undefined;
      let shards = generations.get(shardCount);
      if (shards === undefined) generations.set(shardCount, (shards = new Map()));
      const sameShard = shards.get(shardId);
      if (sameShard === undefined) shards.set(shardId, new Set([session]));
      else sameShard.add(session);
    },
    get: (id) => sessions.get(id),
    delete(session) {
      if (!sessions.delete(session.id)) return;
      intents = undefined;
      const [shardId, shardCount] = session.shard;
      const shards = generations.get(shardCount);
      const sameShard = shards?.get(shardId);
      sameShard?.delete(session);
      if (sameShard?.size === 0) shards?.delete(shardId);
      if (shards?.size === 0) generations.delete(shardCount);
    },
    covering(guildTime) {
      const found: Session[] = [];
      for (const [shardCount, shards] of generations) {
        const sameShard = shards.get(guildTime === undefined ? 0 : shardOfTime(guildTime, shardCount));
        if (sameShard !== undefined) found.push(...sameShard);
      }
      return found;
    },
    ofShard: (shardId, shardCount) => [...(generations.get(shardCount)?.get(shardId) ?? [])],
    all: () => [...sessions.values()],
    get size() {
      return sessions.size;
    },
    intents() {
      intents ??= [...sessions.values()].reduce((sum, session) => sum | session.intents, 0);
      return intents;
    },
  };
}

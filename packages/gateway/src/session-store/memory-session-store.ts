import type { SessionCheckpoint, SessionKey, SessionStore } from './session-store.ts';

/** A session store that dies with its process: resumes work across shards restarting, not across process restarts. */
export interface MemorySessionStore extends SessionStore {
  /** What is stored, by `<shardId>-<shardCount>`. */
  readonly sessions: ReadonlyMap<string, SessionCheckpoint>;
}

/** Keeps sessions in the returned object. Nothing is shared between two stores. */
export function createMemorySessionStore(): MemorySessionStore {
  const sessions = new Map<string, SessionCheckpoint>();
  return {
    sessions,
    load: async () => [...sessions.values()],
    async save(checkpoints) {
      for (const checkpoint of checkpoints) {
        const key = sessionKey(checkpoint);
        sessions.set(key, withGuildsOf(sessions.get(key), checkpoint));
      }
    },
    async remove(keys) {
      for (const key of keys) sessions.delete(sessionKey(key));
    },
  };
}

/** The name a session is stored under; a session of another shard count is another session. */
export function sessionKey(key: SessionKey): string {
  return `${key.shardId}-${key.shardCount}`;
}

/** A checkpoint without a guild list takes that of an earlier checkpoint of the same session; another session's says nothing. */
export function withGuildsOf(earlier: SessionCheckpoint | undefined, checkpoint: SessionCheckpoint): SessionCheckpoint {
  if (checkpoint.guilds !== undefined || earlier?.guilds === undefined) return checkpoint;
  return earlier.sessionId === checkpoint.sessionId ? { ...checkpoint, guilds: earlier.guilds } : checkpoint;
}

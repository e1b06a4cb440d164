import { createHash } from 'node:crypto';

/** Something that happened in the simulated world and is told to every session that covers it. */
export interface WorldEvent {
  /** Name of the dispatch. */
  readonly t: string;
  /** Tells it from all others of its name, see `eventKey`; undefined when nothing does. */
  readonly key: string | undefined;
  /** Time in the guild's id, which decides the shard; undefined outside of guilds: shard 0. */
  readonly guildTime: number | undefined;
  /** Intents of which a session needs one; 0 for none. */
  readonly required: number;
  /** JSON of `d` for a session with these intents. The same each time it is called. */
  body(intents: number): string;
}

/** An event of which every session that gets it sees the same text. */
export function fixedEvent(t: string, body: string, key?: string): WorldEvent {
  return { t, key, guildTime: undefined, required: 0, body: () => body };
}

/** First 16 hex digits of the SHA-256 of a dispatch's `d`, to compare contents without keeping them. */
export function bodyHash(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}

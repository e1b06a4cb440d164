import type { SessionCheckpoint, SessionKey } from '@shardgate/gateway';
import { Kind, encodeJson } from './record.ts';

type Change = SessionCheckpoint | { readonly removed: SessionKey };

/** The sessions a journal holds, and what of them is not on the disk yet. */
export interface SessionTable {
  readonly all: Iterable<SessionCheckpoint>;
  readonly dirty: boolean;
  save(checkpoint: SessionCheckpoint): void;
  remove(key: SessionKey): void;
  /** Takes what a record says. */
  apply(change: Change): void;
  /** Records of what has changed. Call one of the two functions when their write is over. */
  collect(): { readonly records: Buffer[]; done(): void; failed(): void };
  /** Records of everything. */
  snapshot(): Buffer[];
}

export function createSessionTable(): SessionTable {
  const sessions = new Map<string, SessionCheckpoint>();
  let changes = new Map<string, Change>();

  const apply = (change: Change): void => {
    if ('removed' in change) sessions.delete(keyOf(change.removed));
    else sessions.set(keyOf(change), withGuildsOf(sessions.get(keyOf(change)), change));
  };
  return {
    all: { [Symbol.iterator]: () => sessions.values() },
    get dirty() {
      return changes.size > 0;
    },
    apply,
    save(checkpoint) {
      apply(checkpoint);
      changes.set(keyOf(checkpoint), withGuildsOf(changes.get(keyOf(checkpoint)), checkpoint));
    },
    remove(key) {
      apply({ removed: key });
      changes.set(keyOf(key), { removed: key });
    },
    collect() {
      const taken = changes;
      changes = new Map();
      return {
        records: Array.from(taken.values(), encodeChange),
        done() {},
        failed() {
          const newer = changes;
          changes = taken;
          for (const [key, change] of newer) {
            changes.set(key, 'removed' in change ? change : withGuildsOf(changes.get(key), change));
          }
        },
      };
    },
    snapshot: () => Array.from(sessions.values(), encodeChange),
  };
}

function encodeChange(change: Change): Buffer {
  return encodeJson('removed' in change ? Kind.sessionEnd : Kind.session, change);
}

function keyOf({ shardId, shardCount }: SessionKey): string {
  return `${shardId}-${shardCount}`;
}

/** A checkpoint without guilds keeps those that the same session has. */
function withGuildsOf(earlier: Change | undefined, checkpoint: SessionCheckpoint): SessionCheckpoint {
  if (checkpoint.guilds !== undefined || earlier === undefined || 'removed' in earlier) return checkpoint;
  if (earlier.guilds === undefined || earlier.sessionId !== checkpoint.sessionId) return checkpoint;
  return { ...checkpoint, guilds: earlier.guilds };
}

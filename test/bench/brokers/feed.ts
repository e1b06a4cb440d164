/** Messages of one shard in one turn of the loop: about what one read of a busy socket brings. */
const CHUNK = 64;

export interface Feed {
  /** Hands all messages over, each shard's in order and the shards in turn, as fast as `mayGo` allows. Resolves when all are handed over. */
  readonly done: Promise<void>;
  /** Something changed that `mayGo` hangs on. */
  wake(): void;
}

export function startFeed(
  messages: readonly (readonly Buffer[])[],
  mayGo: (shardId: number) => boolean,
  hand: (bytes: Buffer, shardId: number) => void,
): Feed {
  const next = messages.map(() => 0);
  let isScheduled = false;
  let resolve = (): void => {};
  const done = new Promise<void>((settle) => (resolve = settle));
  const wake = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(turn);
  };
  const turn = (): void => {
    isScheduled = false;
    let isMoved = false;
    let isOver = true;
    for (const [shardId, own] of messages.entries()) {
      const end = Math.min(own.length, (next[shardId] ?? 0) + CHUNK);
      let index = next[shardId] ?? 0;
      for (; index < end && mayGo(shardId); index++) hand(own[index] as Buffer, shardId);
      if (index > (next[shardId] ?? 0)) isMoved = true;
      next[shardId] = index;
      if (index < own.length) isOver = false;
    }
    if (isOver) resolve();
    else if (isMoved) wake();
  };
  wake();
  return { done, wake };
}

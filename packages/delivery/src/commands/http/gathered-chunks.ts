import { CommandError } from '../command-error.ts';

/** Bytes of JSON, shared by all replies of a server. */
export interface ReplyBudget {
  held: number;
  readonly limit: number;
}

/** The part of a budget that one reply has, until its client has read it. */
export interface ReplyRoom {
  /** Takes bytes; false, and nothing taken, when they do not fit. */
  take(bytes: number): boolean;
  /** Gives all back. */
  release(): void;
}

export function createReplyRoom(budget: ReplyBudget, maxBytes: number): ReplyRoom {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > maxBytes || budget.held + bytes > budget.limit) return false;
      taken += bytes;
      budget.held += bytes;
      return true;
    },
    release() {
      budget.held -= taken;
      taken = 0;
    },
  };
}

/** The chunks of one answer, written as they come. */
export interface GatheredChunks {
  /** Takes one. @throws {CommandError} `tooLarge` when there is no room for it, `closed` when nobody waits for it */
  add(payload: unknown): void;
  /** As a JSON array. */
  toText(): string;
  readonly count: number;
}

export function gatherChunks(room: ReplyRoom, isGone: () => boolean): GatheredChunks {
  const texts: string[] = [];
  return {
    add(payload) {
      if (isGone()) throw new CommandError('closed', 'the client has gone');
      const text = JSON.stringify(payload);
      if (!room.take(Buffer.byteLength(text))) {
        throw new CommandError(
          'tooLarge',
          'the answer does not fit into one reply; ask for fewer members, or use the stream protocol',
        );
      }
      texts.push(text);
    },
    toText: () => `[${texts.join(',')}]`,
    get count() {
      return texts.length;
    },
  };
}

import type { Clock, TimerHandle } from '@shardgate/gateway';
import { ALL_MEMBERS_SLACK_MS, ALL_MEMBERS_WINDOW_MS } from './discord-limits.ts';

/**
 * Turns of guilds: all members of a guild may be asked for once in 30 seconds, counted from when the request was written. One request holds the
 * guild's turn until it is written or given up; others wait in a row.
 */
export interface GuildTurns {
  /** Calls `go`, at once or later, when the turn is this one's. Returns what ends the wait; it does nothing after `go`. */
  wait(guildId: string, go: () => void): () => void;
  /** Takes the turn if it is free: 0, or the milliseconds after which it may be. */
  tryTake(guildId: string): number;
  /** How long the turn of a guild is at least away, milliseconds. */
  waitMs(guildId: string): number;
  /** Whoever holds the turn has written its request, or will not. */
  release(guildId: string, written: boolean): void;
  /** Discord said that it is not before so many milliseconds. */
  delay(guildId: string, ms: number): void;
  close(): void;
}

interface Turn {
  held: boolean;
  opensAt: number;
  timer: TimerHandle;
  readonly row: Set<() => void>;
}

export function createGuildTurns(clock: Clock): GuildTurns {
  const turns = new Map<string, Turn>();

  const turnOf = (guildId: string): Turn => {
    let turn = turns.get(guildId);
    if (turn === undefined)
      turns.set(guildId, (turn = { held: false, opensAt: clock.now(), timer: undefined, row: new Set() }));
    return turn;
  };

  /** Lets the next one go, or comes back when it may, or forgets the guild. */
  const advance = (guildId: string, turn: Turn): void => {
    clock.clearTimer(turn.timer);
    turn.timer = undefined;
    if (turn.held) return;
    const waitMs = turn.opensAt - clock.now();
    if (waitMs > 0) {
      turn.timer = clock.setTimer(() => advance(guildId, turn), waitMs);
      return;
    }
    const [next] = turn.row;
    if (next === undefined) {
      turns.delete(guildId);
      return;
    }
    turn.row.delete(next);
    turn.held = true;
    next();
  };

  const waitMs = (guildId: string): number => {
    const turn = turns.get(guildId);
    return turn === undefined ? 0 : Math.max(turn.held ? 1 : 0, turn.opensAt - clock.now());
  };

  return {
    wait(guildId, go) {
      const turn = turnOf(guildId);
      turn.row.add(go);
      advance(guildId, turn);
      return () => turn.row.delete(go);
    },
    tryTake(guildId) {
      const turn = turnOf(guildId);
      // Someone is before it: that one's window comes on top.
      if (turn.held || turn.row.size > 0) return waitMs(guildId) + ALL_MEMBERS_WINDOW_MS;
      const ms = waitMs(guildId);
      turn.held = ms === 0;
      return ms;
    },
    waitMs,
    release(guildId, written) {
      const turn = turns.get(guildId);
      if (turn === undefined) return;
      turn.held = false;
      if (written) turn.opensAt = clock.now() + ALL_MEMBERS_WINDOW_MS + ALL_MEMBERS_SLACK_MS;
      advance(guildId, turn);
    },
    delay(guildId, ms) {
      const turn = turnOf(guildId);
      turn.opensAt = clock.now() + ms;
      advance(guildId, turn);
    },
    close() {
      for (const turn of turns.values()) clock.clearTimer(turn.timer);
      turns.clear();
    },
  };
}

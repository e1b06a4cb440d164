/** Where the heartbeat of one connection stands. */
export interface Heartbeat {
  /** From HELLO, milliseconds. */
  readonly intervalMs: number;
  /** Monotonic milliseconds at which the next beat is due. */
  readonly dueAt: number;
  /** Monotonic milliseconds of the beat that is not acknowledged yet, if one is. */
  readonly awaitingSince: number | undefined;
}

/** What the connection did since the last beat; the shell knows, the rule decides. */
export interface BeatEvidence {
  /** Any frame came in: the connection lives, even if the acknowledgement sits behind a backlog. */
  readonly inbound: boolean;
  /** We stopped reading ourselves, so silence proves nothing. */
  readonly paused: boolean;
}

/** A timer this late tells of a stalled process, not of a dead peer: frames may wait unread in the kernel. */
const STALL_MS = 1_000;

/** The heartbeat right after HELLO: the first beat falls at a random point of the interval. */
export function startHeartbeat(intervalMs: number, now: number, jitter: number): Heartbeat {
  return { intervalMs, dueAt: now + intervalMs * jitter, awaitingSince: undefined };
}

/**
 * Whether the peer is gone: a beat went unanswered and not one frame came in for a whole interval. Unlike Discord's text,
 * which counts only the acknowledgement, any frame is a sign of life: on a busy shard the acknowledgement may queue behind more
 * than an interval of events (discordeno #2190, twilight #1997).
 *
 * @see https://docs.discord.com/developers/events/gateway#heartbeat-interval
 */
export function isZombie(heartbeat: Heartbeat, now: number, evidence: BeatEvidence): boolean {
  if (heartbeat.awaitingSince === undefined || evidence.inbound || evidence.paused) return false;
  return now - heartbeat.dueAt < STALL_MS;
}

/** The heartbeat after a beat was sent at `now`. */
export function beaten(heartbeat: Heartbeat, now: number): Heartbeat {
  return { ...heartbeat, dueAt: now + heartbeat.intervalMs, awaitingSince: heartbeat.awaitingSince ?? now };
}

/** The heartbeat after an acknowledgement. */
export function acknowledged(heartbeat: Heartbeat): Heartbeat {
  return { ...heartbeat, awaitingSince: undefined };
}

import type { DoorName, Peer } from '../doors/peer.ts';
import type { SlidingWindow } from '../limits/sliding-window.ts';
import type { ShardKey } from '../records/violations.ts';
import type { TimerSet } from '../time/timer-set.ts';
import type { Encoding } from '../wire/frame-writer.ts';
import type { Message, Outlet } from '../wire/outlet.ts';
import type { Carrier, Session } from './session.ts';

/**
 * Where a connection stands: `new` may IDENTIFY or RESUME, `answering` waits for the answer to one of them, `ready`
 * has a session. After op 9 it is `new` again.
 */
export type ConnectionState = 'new' | 'answering' | 'ready' | 'closed';

/** Query parameters of the URL, empty when missing. */
export interface ConnectionQuery {
  readonly version: string;
  readonly encoding: string;
  readonly compress: string;
}

/** Messages held back by the fault `lag`; sent one for one as their timers fire. */
export interface Lag {
  readonly delayMs: number;
  readonly until: number;
  readonly held: Message[];
  /** When the last held message leaves. */
  lastDue: number;
}

export interface Connection extends Carrier {
  readonly door: DoorName;
  readonly url: string;
  readonly query: ConnectionQuery;
  readonly encoding: Encoding;
  readonly peer: Peer;
  /** Cleared when the connection ends. */
  readonly timers: TimerSet;
  readonly sends: SlidingWindow;
  readonly presenceUpdates: SlidingWindow;
  outlet: Outlet;
  state: ConnectionState;
  session: Session | undefined;
  shard: ShardKey | undefined;
  helloAt: number | undefined;
  /** As told in HELLO; not a number of 1 or more when a fault told something else. */
  heartbeatIntervalMs: unknown;
  lastBeatAt: number;
  hasBeaten: boolean;
  beatIsLate: boolean;
  /** Half open: nothing gets through in either direction. */
  silent: boolean;
  /** The server is not reading: heartbeats cannot be judged. */
  stalled: boolean;
  mangleNext: 'truncate' | 'corrupt' | undefined;
  lag: Lag | undefined;
}

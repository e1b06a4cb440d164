import type { GatewayErrorCode } from '../errors.ts';
import type { Heartbeat } from './heartbeat.ts';

/** Which of the two addresses a connection goes to. */
export type ConnectTarget =
  /** `resume_gateway_url` of the session. */
  | 'resume'
  /** The URL of `/gateway/bot`. */
  | 'main';

/** Where a shard stands. Exactly one of these at any time; what only one of them needs hangs on it. */
export type ShardPhase =
  /** Created, not started. */
  | { readonly kind: 'idle' }
  /** No connection; the next one is opened when the wait is over. */
  | { readonly kind: 'waiting' }
  /** The socket is being opened. */
  | { readonly kind: 'connecting'; readonly target: ConnectTarget }
  /** The socket is open, HELLO has not come. */
  | { readonly kind: 'greeting'; readonly target: ConnectTarget }
  /** HELLO came; waits for its turn to identify, heartbeats go on. */
  | { readonly kind: 'queued' }
  /** IDENTIFY was sent. */
  | { readonly kind: 'identifying' }
  /** RESUME was sent; missed events may be coming in. */
  | { readonly kind: 'resuming' }
  /** READY or RESUMED came at `since`, monotonic milliseconds. */
  | { readonly kind: 'ready'; readonly since: number }
  /** Trying again cannot help. `closeCode` is Discord's. */
  | { readonly kind: 'fatal'; readonly code: GatewayErrorCode; readonly closeCode: number; readonly remedy: string }
  /** Stopped on request. */
  | { readonly kind: 'stopped' };

/** Name of a phase: what dashboards and events show. */
export type ShardStatus = ShardPhase['kind'];

/** What RESUME needs, forgotten and replaced only as a whole. The sequence number lives in the tracker. */
export interface SessionIdentity {
  readonly sessionId: string;
  /** Null when READY named none, named one that is not to be trusted, or it kept failing. */
  readonly resumeUrl: string | null;
}

/** Everything the transition function knows of a shard. Never changed in place. */
export interface ShardState {
  readonly phase: ShardPhase;
  /** The session that a RESUME would continue. */
  readonly session: SessionIdentity | undefined;
  /** Of the current connection; undefined while none beats (or while a replaced `heartbeat` method does). */
  readonly heartbeat: Heartbeat | undefined;
  /** Connections in a row that did not stay: drives the back-off. */
  readonly failures: number;
  /** Failed connections to the resume URL in a row. */
  readonly resumeUrlFailures: number;
  /** Op 9 `true` answers in a row. */
  readonly resumeRefusals: number;
  /** Monotonic milliseconds of the first RESUME that was neither accepted nor refused. */
  readonly resumeTroubleSince: number | undefined;
  /** A close code that doubts the session was already answered by one RESUME. */
  readonly probed: boolean;
}

/** A shard before its first connection. */
export function initialState(session: SessionIdentity | undefined): ShardState {
  return {
    phase: { kind: 'idle' },
    session,
    heartbeat: undefined,
    failures: 0,
    resumeUrlFailures: 0,
    resumeRefusals: 0,
    resumeTroubleSince: undefined,
    probed: false,
  };
}

/** Whether the shard has a socket that belongs to it in this phase. */
export function isConnected(phase: ShardPhase): boolean {
  switch (phase.kind) {
    case 'connecting':
    case 'greeting':
    case 'queued':
    case 'identifying':
    case 'resuming':
    case 'ready':
      return true;
    case 'idle':
    case 'waiting':
    case 'fatal':
    case 'stopped':
      return false;
    default:
      return phase satisfies never;
  }
}

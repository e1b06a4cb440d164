import type { GatewayErrorCode } from '../errors.ts';

/** Everything that can happen to a shard. Ordinary dispatches are not here: they change no phase. */
export type ShardInput =
  /** Begin, or begin again after a stop. */
  | { readonly type: 'start' }
  /** The shell's wait or deadline of the phase is over. `progressed`: a dispatch came in since it was set. */
  | { readonly type: 'phaseTimer'; readonly progressed: boolean }
  /** The next heartbeat is due. */
  | { readonly type: 'heartbeatTimer'; readonly inbound: boolean; readonly paused: boolean }
  /** The `heartbeat` method wants the library to beat on this connection. */
  | { readonly type: 'startHeartbeat'; readonly intervalMs: number }
  | { readonly type: 'opened' }
  /** The connection ended, or never came about. `code` 1006 without a close frame; `retryAfterMs` from an HTTP refusal. */
  | { readonly type: 'closed'; readonly code: number; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly type: 'hello'; readonly intervalMs: number }
  | { readonly type: 'heartbeatRequest' }
  | { readonly type: 'heartbeatAck' }
  | { readonly type: 'reconnectRequest' }
  | { readonly type: 'invalidSession'; readonly resumable: boolean }
  /** READY; a session without an id cannot be resumed. */
  | { readonly type: 'ready'; readonly sessionId: string | undefined; readonly resumeUrl: string | null }
  | { readonly type: 'resumed' }
  /** The server sent what cannot be read, or the shell must drop the connection. */
  | { readonly type: 'badFrame'; readonly reason: string }
  /** Reading was paused for too long. */
  | { readonly type: 'overloaded' }
  | { readonly type: 'permit' }
  | { readonly type: 'permitRefused'; readonly retryAfterMs: number }
  /** Drop the session and ask for a new one. */
  | { readonly type: 'reidentify' }
  /** Drop the connection and resume. */
  | { readonly type: 'reconnect' }
  | { readonly type: 'stop'; readonly code: number; readonly reason: string }
  /** Another shard met a cause that stops this one as well. */
  | { readonly type: 'halt'; readonly code: GatewayErrorCode; readonly closeCode: number; readonly remedy: string };

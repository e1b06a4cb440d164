import type { GatewayErrorCode } from '../errors.ts';
import type { ConnectTarget } from './phase.ts';

/** What a transition asks of the shell, in order. A new phase always ends the timer of the old one. */
export type ShardEffect =
  /** Come back with `phaseTimer` after `delayMs` or later: the shell spreads the connections of many shards. `cause`: why the last connection ended. */
  | { readonly type: 'wait'; readonly delayMs: number; readonly cause?: string }
  /** Come back with `phaseTimer` after `delayMs`. */
  | { readonly type: 'deadline'; readonly delayMs: number }
  /** Open a socket to the target. */
  | { readonly type: 'connect'; readonly target: ConnectTarget }
  /** Close the socket and forget it. `abrupt`: do not wait for an answer. */
  | { readonly type: 'close'; readonly code: number; readonly reason: string; readonly abrupt: boolean }
  /** Call the `heartbeat` method. */
  | { readonly type: 'beginHeartbeat'; readonly intervalMs: number }
  /** Come back with `heartbeatTimer` after `delayMs`. */
  | { readonly type: 'beatAfter'; readonly delayMs: number }
  | { readonly type: 'sendHeartbeat' }
  /** The server asked for a heartbeat: send one if the send limit has room for it beside those that fall due. */
  | { readonly type: 'answerHeartbeat' }
  | { readonly type: 'sendResume' }
  | { readonly type: 'sendIdentify' }
  /** Ask for the right to identify; `permit` or `permitRefused` answers. */
  | { readonly type: 'requestPermit' }
  /** Discord will not continue the session: what it had not sent is lost. */
  | { readonly type: 'sessionLost'; readonly sessionId: string; readonly cause: string }
  /** The main URL keeps failing: ask REST for a fresh one. */
  | { readonly type: 'refreshGateway' }
  | { readonly type: 'becameReady'; readonly how: 'identified' | 'resumed' }
  /** Nothing is heard but dispatches: reported, not acted on. */
  | { readonly type: 'acknowledgementLate'; readonly sinceMs: number }
  | { readonly type: 'fatal'; readonly code: GatewayErrorCode; readonly closeCode: number; readonly remedy: string };

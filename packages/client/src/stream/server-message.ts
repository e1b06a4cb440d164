import type { ReshardSide } from '../reshard-notice.ts';

/** The messages of the server; docs/PROTOCOL.md describes them. */
export type ServerMessage =
  | WelcomeMessage
  | { readonly op: 'lease'; readonly lane: string; readonly epoch: number }
  | { readonly op: 'revoke'; readonly lane: string; readonly epoch: number }
  | EventsMessage
  | GapMessage
  | ReshardMessage
  | ReplyMessage
  | { readonly op: 'chunk'; readonly id: string; readonly payload: unknown }
  | { readonly op: 'pong'; readonly n: number }
  | { readonly op: 'error'; readonly code: string; readonly message: string; readonly fatal: boolean };

export interface WelcomeMessage {
  readonly op: 'welcome';
  readonly version: number;
  readonly id: string;
  readonly window: { readonly events: number; readonly bytes: number };
  readonly ackTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly silenceTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly maxCommands: number;
}

export interface EventsMessage {
  readonly op: 'events';
  readonly lane: string;
  readonly epoch: number;
  readonly session: string;
  readonly events: readonly WireEvent[];
}

/** One event of an `events` message. */
export interface WireEvent {
  readonly offset: number;
  readonly seq: number | null;
  readonly at: number;
  readonly attempt?: number;
  readonly guildId?: string;
  readonly guildEvent?: string;
  readonly old?: unknown;
  readonly payload: { readonly t: string; readonly s: number | null; readonly op: number; readonly d: unknown };
}

export interface GapMessage {
  readonly op: 'gap';
  readonly lane: string;
  readonly epoch: number;
  readonly offset: number;
  readonly session: string;
  readonly afterSeq: number | null;
  readonly nextSeq: number | null;
  readonly count: number | null;
  readonly cause: string;
  readonly detectedAt: number;
}

export interface ReshardMessage {
  readonly op: 'reshard';
  readonly lane: string;
  readonly epoch: number;
  readonly offset: number;
  readonly from: ReshardSide;
  readonly to: ReshardSide;
  readonly at: number;
}

export interface ReplyMessage {
  readonly op: 'reply';
  readonly id: string;
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly retryAfterMs?: number };
}

/** Errors after which trying again is of no use. */
export const HOPELESS: ReadonlySet<string> = new Set(['unauthorized', 'versionUnsupported']);

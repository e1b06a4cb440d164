import { BACKOFF_CAP_MS, backoffMs, RESUME_BACKOFF_CAP_MS } from './backoff.ts';
import type { CloseVerdict } from './close-codes.ts';
import type { ShardEffect } from './effect.ts';
import type { Transition, TransitionContext } from './outcome.ts';
import type { ShardState } from './phase.ts';

/** Failed dials of the resume URL after which the same session is resumed on the main URL. */
const RESUME_URL_TRIES = 2;
/** Op 9 `true` answers in a row after which the session is given up. */
const RESUME_REFUSALS = 5;
/** Failed dials of the main URL after which REST is asked for a fresh one. */
const DIALS_BEFORE_REFRESH = 3;
/** Least pause after Discord closed for too many sends (4008), milliseconds; up to twice as long. */
const COOL_DOWN_MS = 5_000;

/** How a connection ended, from any phase that has one. */
export interface Disconnection {
  /** Named in events and logs. */
  readonly cause: string;
  readonly verdict: Exclude<CloseVerdict['action'], 'fatal'>;
  /** Our own close, when the socket is still there. */
  readonly close?: { readonly code: number; readonly reason: string; readonly abrupt: boolean };
  /** Op 9 `true`. */
  readonly refused?: boolean;
  /** Wait at least this long, milliseconds. */
  readonly pauseMs?: number;
}

/** The state without a connection: what becomes of the session, and how long to wait. */
export function disconnect(state: ShardState, context: TransitionContext, end: Disconnection): Transition {
  const { phase } = state;
  const effects: ShardEffect[] = [];
  if (end.close !== undefined) effects.push({ type: 'close', ...end.close });

  const dialing = phase.kind === 'connecting' || phase.kind === 'greeting';
  const resumeUrlFailures =
    dialing && phase.target === 'resume' ? state.resumeUrlFailures + 1 : state.resumeUrlFailures;
  const resumeRefusals = end.refused === true ? state.resumeRefusals + 1 : state.resumeRefusals;
  // A dial that fails says nothing about the session; a RESUME that is cut off may, in the end.
  const resumeTroubleSince =
    phase.kind === 'resuming' ? (state.resumeTroubleSince ?? context.now) : state.resumeTroubleSince;

  let { session } = state;
  // A READY without a session id: what comes until the next one cannot be asked for.
  if (session === undefined && phase.kind === 'ready')
    effects.push({ type: 'sessionLost', sessionId: '', cause: end.cause });
  const lostTo = session === undefined ? undefined : reasonToGiveUp();
  if (session !== undefined && lostTo !== undefined) {
    effects.push({ type: 'sessionLost', sessionId: session.sessionId, cause: lostTo });
    session = undefined;
  } else if (session !== undefined && resumeUrlFailures >= RESUME_URL_TRIES) {
    session = { ...session, resumeUrl: null };
  }

  const stable = phase.kind === 'ready' && context.now - phase.since >= context.timings.stableAfterMs;
  const failures = stable ? 0 : state.failures;
  if (dialing && phase.target === 'main' && failures + 1 >= DIALS_BEFORE_REFRESH)
    effects.push({ type: 'refreshGateway' });
  effects.push({ type: 'wait', delayMs: waitMs(failures), cause: end.cause });

  return {
    state: {
      phase: { kind: 'waiting' },
      session,
      heartbeat: undefined,
      failures: failures + 1,
      resumeUrlFailures,
      resumeRefusals: session === undefined ? 0 : resumeRefusals,
      resumeTroubleSince: session === undefined ? undefined : resumeTroubleSince,
      probed: session !== undefined && (state.probed || end.verdict === 'probe'),
    },
    effects,
  };

  function reasonToGiveUp(): string | undefined {
    if (end.verdict === 'identify') return end.cause;
    if (end.verdict === 'probe' && state.probed) return end.cause;
    if (resumeRefusals > RESUME_REFUSALS) return 'resume refused repeatedly';
    if (resumeTroubleSince !== undefined && context.now - resumeTroubleSince > context.timings.resumeBudgetMs)
      return 'resume not answered';
    return undefined;
  }

  function waitMs(failuresSoFar: number): number {
    const capMs = session === undefined ? BACKOFF_CAP_MS : RESUME_BACKOFF_CAP_MS;
    const backoff = backoffMs(failuresSoFar, context.jitter, capMs);
    const cooling = end.verdict === 'cool' ? COOL_DOWN_MS * (1 + context.jitter) : 0;
    return Math.max(end.pauseMs ?? 0, cooling, backoff);
  }
}

import { INVALID_SESSION_PAUSE_MS } from '../discord-limits.ts';
import { backoffMs } from './backoff.ts';
import { closeVerdict, endsSession, OwnCloseCode } from './close-codes.ts';
import { disconnect } from './disconnect.ts';
import type { ShardEffect } from './effect.ts';
import { acknowledged, beaten, isZombie, startHeartbeat } from './heartbeat.ts';
import type { ShardInput } from './input.ts';
import type { Transition, TransitionContext } from './outcome.ts';
import { isConnected, type ShardPhase, type ShardState } from './phase.ts';

const NOTHING: readonly ShardEffect[] = [];
/** Back-off steps that survive a success, so that a connection that is ready for a moment only does not reset it. */
const FAILURES_KEPT = 3;
/** Least pause after a refused IDENTIFY: its bucket was taken, or Discord has trouble. Milliseconds. */
const REFUSED_IDENTIFY_PAUSE_MS = 5_000;

/**
 * The heart of the gateway: what a shard does next. No I/O, no clock, no randomness, no user code; every state takes every
 * input. The lifecycle is Discord's (https://docs.discord.com/developers/events/gateway#connection-lifecycle).
 */
export function transition(state: ShardState, input: ShardInput, context: TransitionContext): Transition {
  switch (input.type) {
    case 'start':
      return start(state);
    case 'phaseTimer':
      return phaseTimer(state, input.progressed, context);
    case 'opened':
      if (state.phase.kind !== 'connecting') return same(state);
      return to(state, { kind: 'greeting', target: state.phase.target }, [
        { type: 'deadline', delayMs: context.timings.helloTimeoutMs },
      ]);
    case 'hello':
      return hello(state, input.intervalMs, context);
    case 'startHeartbeat': {
      if (!isConnected(state.phase)) return same(state);
      const heartbeat = startHeartbeat(input.intervalMs, context.now, context.jitter);
      return {
        state: { ...state, heartbeat },
        effects: [{ type: 'beatAfter', delayMs: heartbeat.dueAt - context.now }],
      };
    }
    case 'heartbeatTimer':
      return heartbeatTimer(state, input, context);
    case 'heartbeatAck':
      return state.heartbeat === undefined
        ? same(state)
        : { state: { ...state, heartbeat: acknowledged(state.heartbeat) }, effects: NOTHING };
    case 'heartbeatRequest':
      return isConnected(state.phase) ? { state, effects: [{ type: 'answerHeartbeat' }] } : same(state);
    case 'permit':
      if (state.phase.kind !== 'queued') return same(state);
      return to(state, { kind: 'identifying' }, [
        { type: 'sendIdentify' },
        { type: 'deadline', delayMs: context.timings.readyTimeoutMs },
      ]);
    case 'permitRefused':
      if (state.phase.kind !== 'queued') return same(state);
      return { state, effects: [{ type: 'deadline', delayMs: input.retryAfterMs }] };
    case 'ready':
      if (state.phase.kind !== 'identifying') return same(state);
      return becomeReady(
        {
          ...state,
          session:
            input.sessionId === undefined ? undefined : { sessionId: input.sessionId, resumeUrl: input.resumeUrl },
        },
        'identified',
        context,
      );
    case 'resumed':
      return state.phase.kind === 'resuming' ? becomeReady(state, 'resumed', context) : same(state);
    case 'closed':
      return closed(state, input, context);
    case 'invalidSession':
      return invalidSession(state, input.resumable, context);
    case 'reconnectRequest':
      return drop(state, context, 'reconnect requested by Discord', OwnCloseCode.Resuming);
    case 'badFrame':
      return drop(state, context, input.reason, OwnCloseCode.ProtocolError);
    case 'overloaded':
      return drop(state, context, 'handler overloaded', OwnCloseCode.Overloaded);
    case 'reconnect':
      return drop(state, context, 'reconnect requested', OwnCloseCode.Resuming);
    case 'reidentify':
      return reidentify(state);
    case 'stop':
      return stop(state, input.code, input.reason);
    case 'halt':
      return halt(state, input, isConnected(state.phase));
    default:
      return input satisfies never;
  }
}

function same(state: ShardState): Transition {
  return { state, effects: NOTHING };
}

function to(state: ShardState, phase: ShardPhase, effects: readonly ShardEffect[]): Transition {
  return { state: { ...state, phase }, effects };
}

function start(state: ShardState): Transition {
  const { kind } = state.phase;
  if (kind !== 'idle' && kind !== 'stopped' && kind !== 'fatal') return same(state);
  return to({ ...state, failures: 0 }, { kind: 'waiting' }, [{ type: 'wait', delayMs: 0 }]);
}

function phaseTimer(state: ShardState, progressed: boolean, context: TransitionContext): Transition {
  const { phase } = state;
  const { timings } = context;
  switch (phase.kind) {
    case 'waiting': {
      const target = typeof state.session?.resumeUrl === 'string' ? 'resume' : 'main';
      return to(state, { kind: 'connecting', target }, [
        { type: 'deadline', delayMs: timings.connectTimeoutMs },
        { type: 'connect', target },
      ]);
    }
    case 'connecting':
      return drop(state, context, 'connect timed out', OwnCloseCode.TimedOut, true);
    case 'greeting':
      return drop(state, context, 'HELLO timed out', OwnCloseCode.TimedOut);
    case 'queued':
      return { state, effects: [{ type: 'requestPermit' }] };
    case 'identifying':
      return drop(state, context, 'READY timed out', OwnCloseCode.TimedOut);
    case 'resuming':
      if (progressed) return { state, effects: [{ type: 'deadline', delayMs: timings.resumedTimeoutMs }] };
      return drop(state, context, 'RESUMED timed out', OwnCloseCode.TimedOut);
    case 'idle':
    case 'ready':
    case 'fatal':
    case 'stopped':
      return same(state);
    default:
      return phase satisfies never;
  }
}

function hello(state: ShardState, intervalMs: number, context: TransitionContext): Transition {
  // A second HELLO on a connection was seen; it changes nothing.
  if (state.phase.kind !== 'greeting') return same(state);
  const beat: ShardEffect = { type: 'beginHeartbeat', intervalMs };
  if (state.session === undefined) return to(state, { kind: 'queued' }, [beat, { type: 'requestPermit' }]);
  return to(state, { kind: 'resuming' }, [
    { type: 'sendResume' },
    { type: 'deadline', delayMs: context.timings.resumedTimeoutMs },
    beat,
  ]);
}

function heartbeatTimer(
  state: ShardState,
  evidence: { inbound: boolean; paused: boolean },
  context: TransitionContext,
): Transition {
  const { heartbeat } = state;
  if (heartbeat === undefined) return same(state);
  if (isZombie(heartbeat, context.now, evidence))
    return drop(state, context, 'no sign of life', OwnCloseCode.Zombie, true);
  const effects: ShardEffect[] = [{ type: 'sendHeartbeat' }, { type: 'beatAfter', delayMs: heartbeat.intervalMs }];
  if (heartbeat.awaitingSince !== undefined)
    effects.push({ type: 'acknowledgementLate', sinceMs: context.now - heartbeat.awaitingSince });
  return { state: { ...state, heartbeat: beaten(heartbeat, context.now) }, effects };
}

function becomeReady(state: ShardState, how: 'identified' | 'resumed', context: TransitionContext): Transition {
  return {
    state: {
      ...state,
      phase: { kind: 'ready', since: context.now },
      failures: Math.min(state.failures, FAILURES_KEPT),
      resumeUrlFailures: 0,
      resumeRefusals: 0,
      resumeTroubleSince: undefined,
      probed: false,
    },
    effects: [{ type: 'becameReady', how }],
  };
}

function closed(
  state: ShardState,
  input: { code: number; reason: string; retryAfterMs?: number },
  context: TransitionContext,
): Transition {
  if (!isConnected(state.phase)) return same(state);
  const verdict = closeVerdict(input.code);
  if (verdict.action === 'fatal') return halt(state, { ...verdict, closeCode: input.code }, false);
  const cause =
    state.phase.kind === 'connecting'
      ? `connect failed${input.reason === '' ? '' : `: ${input.reason}`}`
      : `closed by Discord with ${input.code}`;
  return disconnect(state, context, {
    cause,
    verdict: verdict.action,
    ...(input.retryAfterMs === undefined ? {} : { pauseMs: input.retryAfterMs }),
  });
}

/** We end the connection and keep the session. */
function drop(state: ShardState, context: TransitionContext, cause: string, code: number, abrupt = false): Transition {
  if (!isConnected(state.phase)) return same(state);
  return disconnect(state, context, { cause, verdict: 'resume', close: { code, reason: cause, abrupt } });
}

function invalidSession(state: ShardState, resumable: boolean, context: TransitionContext): Transition {
  if (!isConnected(state.phase)) return same(state);
  const [least, most] = INVALID_SESSION_PAUSE_MS;
  const pause = least + context.jitter * (most - least);
  const identifyRefused = state.phase.kind === 'identifying';
  return disconnect(state, context, {
    cause: 'invalid session',
    verdict: resumable ? 'resume' : 'identify',
    refused: resumable,
    close: { code: OwnCloseCode.Resuming, reason: 'invalid session', abrupt: false },
    pauseMs: identifyRefused ? REFUSED_IDENTIFY_PAUSE_MS + backoffMs(state.failures, context.jitter) : pause,
  });
}

function reidentify(state: ShardState): Transition {
  const effects: ShardEffect[] = [];
  if (isConnected(state.phase))
    effects.push({ type: 'close', code: OwnCloseCode.Reidentifying, reason: 'new session requested', abrupt: false });
  if (state.session !== undefined)
    effects.push({ type: 'sessionLost', sessionId: state.session.sessionId, cause: 'new session requested' });
  effects.push({ type: 'wait', delayMs: 0, cause: 'new session requested' });
  return {
    state: {
      ...state,
      phase: { kind: 'waiting' },
      session: undefined,
      heartbeat: undefined,
      resumeRefusals: 0,
      resumeTroubleSince: undefined,
      probed: false,
    },
    effects,
  };
}

function stop(state: ShardState, code: number, reason: string): Transition {
  if (state.phase.kind === 'stopped') return same(state);
  const effects: ShardEffect[] = isConnected(state.phase)
    ? [{ type: 'close', code, reason, abrupt: state.phase.kind === 'connecting' }]
    : [];
  const session = endsSession(code) ? undefined : state.session;
  return { state: { ...state, phase: { kind: 'stopped' }, session, heartbeat: undefined }, effects };
}

function halt(
  state: ShardState,
  cause: Pick<Extract<ShardPhase, { kind: 'fatal' }>, 'code' | 'closeCode' | 'remedy'>,
  close: boolean,
): Transition {
  const { kind } = state.phase;
  if (kind === 'fatal' || kind === 'stopped') return same(state);
  const { code, closeCode, remedy } = cause;
  const effects: ShardEffect[] = close
    ? [{ type: 'close', code: OwnCloseCode.Shutdown, reason: 'stopped', abrupt: kind === 'connecting' }]
    : [];
  effects.push({ type: 'fatal', code, closeCode, remedy });
  return { state: { ...state, phase: { kind: 'fatal', code, closeCode, remedy }, heartbeat: undefined }, effects };
}

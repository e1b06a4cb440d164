import { describe, expect, it } from 'vitest';
import { closeVerdict } from '../src/shard/close-codes.ts';
import type { ShardEffect } from '../src/shard/effect.ts';
import type { ShardInput } from '../src/shard/input.ts';
import { initialState, isConnected, type ShardPhase, type ShardState } from '../src/shard/phase.ts';
import { defaultTimings } from '../src/shard/timings.ts';
import { transition } from '../src/shard/transition.ts';

const SESSION = { sessionId: 'abc', resumeUrl: 'wss://resume.discord.gg' };
const at = (now: number, jitter = 0.5) => ({ now, jitter, timings: defaultTimings });

const PHASES: readonly ShardPhase[] = [
  { kind: 'idle' },
  { kind: 'waiting' },
  { kind: 'connecting', target: 'main' },
  { kind: 'connecting', target: 'resume' },
  { kind: 'greeting', target: 'main' },
  { kind: 'greeting', target: 'resume' },
  { kind: 'queued' },
  { kind: 'identifying' },
  { kind: 'resuming' },
  { kind: 'ready', since: 0 },
  { kind: 'fatal', code: 'tokenRejected', closeCode: 4004, remedy: '' },
  { kind: 'stopped' },
];

const INPUTS: readonly ShardInput[] = [
  { type: 'start' },
  { type: 'phaseTimer', progressed: false },
  { type: 'phaseTimer', progressed: true },
  { type: 'heartbeatTimer', inbound: false, paused: false },
  { type: 'startHeartbeat', intervalMs: 41_250 },
  { type: 'opened' },
  { type: 'hello', intervalMs: 41_250 },
  { type: 'heartbeatRequest' },
  { type: 'heartbeatAck' },
  { type: 'reconnectRequest' },
  { type: 'invalidSession', resumable: true },
  { type: 'invalidSession', resumable: false },
  { type: 'ready', sessionId: 'new', resumeUrl: null },
  { type: 'resumed' },
  { type: 'badFrame', reason: 'garbage' },
  { type: 'overloaded' },
  { type: 'permit' },
  { type: 'permitRefused', retryAfterMs: 1 },
  { type: 'reidentify' },
  { type: 'reconnect' },
  { type: 'stop', code: 3061, reason: '' },
  { type: 'halt', code: 'tokenRejected', closeCode: 4004, remedy: '' },
  ...[1000, 1001, 1006, ...Array.from({ length: 20 }, (_, index) => 3995 + index), 4200, 4999].map(
    (code) => ({ type: 'closed', code, reason: '' }) as const,
  ),
];

function inPhase(phase: ShardPhase, session: typeof SESSION | null = SESSION): ShardState {
  return { ...initialState(session ?? undefined), phase };
}

function effectsOf(effects: readonly ShardEffect[], type: ShardEffect['type']): readonly ShardEffect[] {
  return effects.filter((effect) => effect.type === type);
}

/** Feeds inputs one after the other. */
function run(state: ShardState, ...inputs: readonly ShardInput[]): ShardState {
  return inputs.reduce((current, input) => transition(current, input, at(0)).state, state);
}

describe('transition: every state takes every input', () => {
  for (const phase of PHASES) {
    for (const session of [SESSION, null]) {
      it(`${phase.kind}${'target' in phase ? ` (${phase.target})` : ''} ${session === null ? 'without' : 'with'} a session`, () => {
        for (const input of INPUTS) {
          const before = inPhase(phase, session);
          const { state, effects } = transition(before, input, at(1_000));
          expect(state.phase.kind, input.type).toBeTypeOf('string');
          // Only one way leads back from every wait: a timer.
          if (state.phase.kind === 'waiting' && before.phase.kind !== 'waiting')
            expect(effectsOf(effects, 'wait'), input.type).toHaveLength(1);
          // A heartbeat never outlives its connection.
          if (!isConnected(state.phase)) expect(state.heartbeat, input.type).toBeUndefined();
          // Closing with 1000 or 1001 is never our idea.
          for (const effect of effects) if (effect.type === 'close') expect([1000, 1001]).not.toContain(effect.code);
          // Nothing is sent on a connection that is being given up.
          if (effectsOf(effects, 'close').length > 0)
            for (const kind of ['sendIdentify', 'sendResume', 'sendHeartbeat', 'answerHeartbeat'] as const)
              expect(effectsOf(effects, kind)).toHaveLength(0);
        }
      });
    }
  }
});

describe('transition: sessions', () => {
  it('a session is kept through any number of failed connects, and the main URL is tried after two on the resume URL', () => {
    let state = run(inPhase({ kind: 'idle' }), { type: 'start' });
    const targets: string[] = [];
    for (let attempt = 0; attempt < 50; attempt++) {
      const connecting = transition(state, { type: 'phaseTimer', progressed: false }, at(attempt * 60_000));
      for (const effect of connecting.effects) if (effect.type === 'connect') targets.push(effect.target);
      state = run(connecting.state, { type: 'closed', code: 1006, reason: 'ECONNREFUSED' });
    }
    expect(state.session?.sessionId).toBe('abc');
    expect(state.session?.resumeUrl).toBeNull();
    expect(targets.slice(0, 4)).toEqual(['resume', 'resume', 'main', 'main']);
  });

  it('HELLO leads to RESUME with a session and to the identify queue without one', () => {
    const resumed = transition(
      inPhase({ kind: 'greeting', target: 'resume' }),
      { type: 'hello', intervalMs: 41_250 },
      at(0),
    );
    expect(resumed.state.phase.kind).toBe('resuming');
    expect(effectsOf(resumed.effects, 'sendResume')).toHaveLength(1);
    const fresh = transition(
      inPhase({ kind: 'greeting', target: 'main' }, null),
      { type: 'hello', intervalMs: 41_250 },
      at(0),
    );
    expect(fresh.state.phase.kind).toBe('queued');
    expect(effectsOf(fresh.effects, 'requestPermit')).toHaveLength(1);
    expect(effectsOf(fresh.effects, 'sendIdentify')).toHaveLength(0);
  });

  it('RESUMEs that are cut off give the session up after the budget of 120 seconds, not before', () => {
    let state = inPhase({ kind: 'resuming' });
    for (let now = 0; now <= 120_000; now += 30_000) {
      const { state: next } = transition(state, { type: 'closed', code: 1006, reason: '' }, at(now));
      expect(next.session, `after ${now} ms`).toBeDefined();
      state = { ...next, phase: { kind: 'resuming' } };
    }
    const { state: last, effects } = transition(state, { type: 'closed', code: 1006, reason: '' }, at(121_000));
    expect(last.session).toBeUndefined();
    expect(effectsOf(effects, 'sessionLost')).toHaveLength(1);
  });

  it('op 9 true pauses 1 to 5 seconds each time and gives up after six in a row', () => {
    let state = inPhase({ kind: 'resuming' });
    for (let refusal = 1; refusal <= 5; refusal++) {
      const { state: next, effects } = transition(state, { type: 'invalidSession', resumable: true }, at(0, 0));
      expect(next.session).toBeDefined();
      const [wait] = effectsOf(effects, 'wait');
      expect(wait?.type === 'wait' && wait.delayMs >= 1_000 && wait.delayMs <= 60_000).toBe(true);
      state = { ...next, phase: { kind: 'resuming' } };
    }
    expect(transition(state, { type: 'invalidSession', resumable: true }, at(0)).state.session).toBeUndefined();
  });

  it('op 9 false forgets the session and declares what is lost', () => {
    const { state, effects } = transition(
      inPhase({ kind: 'resuming' }),
      { type: 'invalidSession', resumable: false },
      at(0),
    );
    expect(state.session).toBeUndefined();
    expect(effectsOf(effects, 'sessionLost')).toEqual([
      { type: 'sessionLost', sessionId: 'abc', cause: 'invalid session' },
    ]);
  });

  it('a refused IDENTIFY waits at least five seconds', () => {
    const { effects } = transition(
      inPhase({ kind: 'identifying' }, null),
      { type: 'invalidSession', resumable: false },
      at(0, 0),
    );
    const [wait] = effectsOf(effects, 'wait');
    expect(wait?.type === 'wait' && wait.delayMs).toBeGreaterThanOrEqual(5_000);
  });
});

describe('transition: the close-code table', () => {
  const rows: readonly [code: number, action: string][] = [
    ...[1000, 1001, 1006, 4000, 4001, 4002, 4005, 4200, 4999, 3000].map((code) => [code, 'resume'] as [number, string]),
    [4003, 'probe'],
    [4006, 'identify'],
    [4007, 'identify'],
    [4008, 'cool'],
    [4009, 'probe'],
    ...[4004, 4010, 4011, 4012, 4013, 4014].map((code) => [code, 'fatal'] as [number, string]),
  ];
  for (const [code, action] of rows) {
    it(`${code} means ${action}`, () => {
      expect(closeVerdict(code).action).toBe(action);
      const { state, effects } = transition(
        inPhase({ kind: 'ready', since: 0 }),
        { type: 'closed', code, reason: '' },
        at(1_000),
      );
      if (action === 'fatal') {
        expect(state.phase.kind).toBe('fatal');
        expect(effectsOf(effects, 'fatal')).toHaveLength(1);
        return;
      }
      expect(state.phase.kind).toBe('waiting');
      expect(state.session === undefined).toBe(action === 'identify');
    });
  }

  it('a doubtful code is answered by one RESUME, and by IDENTIFY when it comes again', () => {
    const once = transition(
      inPhase({ kind: 'ready', since: 0 }),
      { type: 'closed', code: 4009, reason: '' },
      at(0),
    ).state;
    expect(once.session).toBeDefined();
    const twice = transition(
      { ...once, phase: { kind: 'resuming' } },
      { type: 'closed', code: 4009, reason: '' },
      at(0),
    ).state;
    expect(twice.session).toBeUndefined();
  });
});

describe('transition: heartbeats', () => {
  const beating = (): ShardState =>
    transition(inPhase({ kind: 'ready', since: 0 }), { type: 'startHeartbeat', intervalMs: 40_000 }, at(0, 0.25)).state;

  it('the first beat falls at a random point of the interval', () => {
    const { effects } = transition(
      inPhase({ kind: 'queued' }),
      { type: 'startHeartbeat', intervalMs: 40_000 },
      at(0, 0.25),
    );
    expect(effects).toEqual([{ type: 'beatAfter', delayMs: 10_000 }]);
  });

  it('a beat without an acknowledgement and without any frame is a zombie: terminated, session kept', () => {
    const first = transition(beating(), { type: 'heartbeatTimer', inbound: true, paused: false }, at(10_000));
    const second = transition(first.state, { type: 'heartbeatTimer', inbound: false, paused: false }, at(50_000));
    expect(effectsOf(second.effects, 'close')).toMatchObject([{ abrupt: true }]);
    expect(second.state.session).toEqual(SESSION);
  });

  it.each([
    ['any inbound frame', { inbound: true, paused: false }, 50_000],
    ['a paused socket', { inbound: false, paused: true }, 50_000],
    ['a stalled process, whose timer is late', { inbound: false, paused: false }, 95_000],
  ])('%s is no proof of death', (_, evidence, now) => {
    const first = transition(beating(), { type: 'heartbeatTimer', inbound: true, paused: false }, at(10_000));
    const second = transition(first.state, { type: 'heartbeatTimer', ...evidence }, at(now));
    expect(effectsOf(second.effects, 'close')).toHaveLength(0);
    expect(effectsOf(second.effects, 'sendHeartbeat')).toHaveLength(1);
    expect(effectsOf(second.effects, 'acknowledgementLate')).toHaveLength(1);
  });

  it('a server request is answered at once and disturbs neither schedule nor verdict', () => {
    const state = beating();
    const { state: after, effects } = transition(state, { type: 'heartbeatRequest' }, at(9_980));
    expect(after).toBe(state);
    expect(effects).toEqual([{ type: 'answerHeartbeat' }]);
  });
});

describe('transition: waiting for Discord', () => {
  it('RESUMED may take as long as dispatches keep coming, but not 30 seconds of silence', () => {
    const resuming = inPhase({ kind: 'resuming' });
    expect(transition(resuming, { type: 'phaseTimer', progressed: true }, at(0)).effects).toEqual([
      { type: 'deadline', delayMs: 30_000 },
    ]);
    expect(transition(resuming, { type: 'phaseTimer', progressed: false }, at(0)).state.phase.kind).toBe('waiting');
  });

  it('back-off survives a connection that is ready for a moment and ends with a stable one', () => {
    const flapping = { ...inPhase({ kind: 'ready', since: 0 }), failures: 3 };
    expect(transition(flapping, { type: 'closed', code: 1006, reason: '' }, at(59_999)).state.failures).toBe(4);
    expect(transition(flapping, { type: 'closed', code: 1006, reason: '' }, at(60_000)).state.failures).toBe(1);
  });

  it('stop keeps the session unless it logs out', () => {
    expect(
      transition(inPhase({ kind: 'ready', since: 0 }), { type: 'stop', code: 3061, reason: '' }, at(0)).state.session,
    ).toEqual(SESSION);
    expect(
      transition(inPhase({ kind: 'ready', since: 0 }), { type: 'stop', code: 1000, reason: '' }, at(0)).state.session,
    ).toBeUndefined();
  });
});

import type { GatewayEvents } from '../life-cycle-events.ts';
import { shardFatal, shardReady } from '../ready.ts';
import { report } from '../report.ts';
import { applyInput } from '../shard/apply.ts';
import { abandonFlights } from '../shard/in-flight.ts';
import { managerOf } from '../shard/manager-of.ts';
import { initialState, type ShardPhase } from '../shard/phase.ts';
import type { ShardFigures } from './messages.ts';
import type { RemoteShard } from './remote-shard.ts';
import { receivedError, type SentError } from './sent-error.ts';

/** Makes the mirror show what its worker says. */
export function applyFigures(link: RemoteShard, figures: ShardFigures): void {
  const { shard } = link;
  const gateway = managerOf(shard);
  const { session } = figures;
  if (session !== undefined && session.sessionId !== link.sessionId) {
    abandonFlights(gateway, shard);
    link.calls.clear();
    link.sessionId = session.sessionId;
    link.toldSettled = 0;
    shard.tracker = link.trackFrom(0);
  }
  const { phase, now } = figures;
  // On its way to another worker it is not stopped.
  const shown: ShardPhase =
    phase.kind === 'ready'
      ? { kind: 'ready', since: gateway.clock.now() - (now - phase.since) }
      : phase.kind === 'stopped' && link.onReleased !== undefined
        ? { kind: 'waiting' }
        : phase;
  showPhase(link, shown);
  shard.state = { ...initialState(session), phase: shown, failures: figures.failures };
  Object.assign(shard.heartbeat, figures.heartbeat);
  addCounts(link, figures.counts);
  shard.userId = figures.userId;
  shard.applicationId = figures.applicationId;
  shard.guildsAnnounced = figures.guildsAnnounced;
  shard.requestedAt = Math.max(shard.requestedAt, gateway.clock.now() - (now - figures.requestedAt));
  if (session !== undefined && !link.deaf) adoptSettled(link, figures.settled);
}

/** What the worker settled without this thread's handler. */
export function adoptSettled(link: RemoteShard, seq: number): void {
  const { tracker } = link.shard;
  if ('adopt' in tracker) (tracker as ReturnType<RemoteShard['trackFrom']>).adopt(seq);
}

/** The identify budget is kept here: it must hear how each identify went. */
export function showPhase(link: RemoteShard, phase: ShardPhase): void {
  const { shard } = link;
  const gateway = managerOf(shard);
  const before = shard.state.phase.kind;
  shard.state = { ...shard.state, phase };
  if (before !== 'identifying' || phase.kind === 'identifying') return;
  if (phase.kind === 'ready') gateway.runtime.governor.succeeded(shard.id);
  else gateway.runtime.governor.failed(shard.id);
}

/** A new worker counts from 0; the counts here go on, and what was counted here is in them. */
function addCounts({ shard, counted }: RemoteShard, counts: Readonly<Record<string, number>>): void {
  for (const name of Object.keys(shard.counts) as (keyof typeof shard.counts)[]) {
    const count = counts[name] ?? 0;
    shard.counts[name] += count - (counted[name] ?? 0);
    counted[name] = count;
  }
}

type EventOf<Name extends keyof GatewayEvents> = Parameters<GatewayEvents[Name]>[0];

/** Lets a life-cycle event of a worker's shard happen here. */
export function mirrorEvent(link: RemoteShard, name: string, event: object, onStopped: () => void): void {
  const { shard } = link;
  const gateway = managerOf(shard);
  switch (name) {
    case 'shardReady':
      return shardReady(gateway, shard, (event as EventOf<'shardReady'>).how);
    case 'shardFatal': {
      const cause = event as EventOf<'shardFatal'>;
      return shardFatal(gateway, shard, cause, (other) => {
        const { code, closeCode, remedy } = cause;
        applyInput(gateway, other, { type: 'halt', code, closeCode, remedy });
      });
    }
    case 'shardStopped':
      if (link.onReleased !== undefined) return;
      onStopped();
      return;
    // The bounds hold here and there; whoever comes first tells.
    case 'shardPaused':
      if (shard.pausedSince !== undefined) return;
      shard.pausedSince = gateway.clock.now();
      break;
    case 'shardUnpaused':
      if (shard.pausedSince === undefined) return;
      shard.pausedSince = undefined;
      break;
    case 'shardIdentifying':
      gateway.runtime.onIdentify.get(shard.id)?.();
      break;
    case 'gap':
      shard.stored = undefined;
      gateway.runtime.ended.set(shard.id, { shardId: shard.id, shardCount: shard.shardCount });
      break;
    default:
  }
  const told = 'error' in event ? { ...event, error: receivedError(event.error as SentError) } : event;
  report(gateway, name as keyof GatewayEvents, told as never);
}

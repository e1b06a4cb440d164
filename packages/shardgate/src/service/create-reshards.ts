import type { Clock, GatewayManager, ReshardProgress, ReshardResult } from '@shardgate/gateway';
import type { Log } from '../log/create-log.ts';
import type { IncidentLog, IncidentReport } from './incident-log.ts';
import { checkReshard, fillPercentOf } from './reshard-check.ts';
import type {
  NewShard,
  ReshardAnswer,
  ReshardCheck,
  ReshardEnd,
  ReshardOrder,
  ReshardOutcome,
  ReshardView,
} from './reshard-view.ts';
import { conditionOf } from './shard-views.ts';

export interface ReshardParts {
  readonly gateway: GatewayManager;
  readonly clock: Clock;
  readonly incidents: IncidentLog;
  readonly log: Log;
}

/** The reshards of a service: what becomes of each is told, whoever began it. */
export interface Reshards {
  view(): ReshardView;
  check(order: ReshardOrder): Promise<ReshardCheck>;
  /** Resolves once it is under way, or refused. */
  start(order: ReshardOrder): Promise<ReshardAnswer>;
  cancel(): ReshardAnswer;
}

const STEPS = { preparing: 'new shards connect', aligning: 'streams are aligned', cutting: 'the cut', closing: 'done' };

/** Puts itself around `resharder` and `reshardPrepare`. */
export function createReshards({ gateway, clock, incidents, log }: ReshardParts): Reshards {
  const ended: Record<ReshardEnd, number> = { done: 0, refused: 0, rolledBack: 0 };
  let last: ReshardOutcome | null = null;
  /** Of the one that is under way; undefined before its first step. */
  let progress: ReshardProgress | undefined;
  let newShards: GatewayManager['shards'] | undefined;
  let hasBegun: (() => void) | undefined;

  const tell = (report: IncidentReport): void => {
    incidents.tell(report);
    log[report.level]({ kind: report.kind }, report.text);
  };
  const end = (result: ReshardEnd, { from, to, reason }: Omit<ReshardResult, 'done'>): void => {
    const at = clock.wallTime();
    ended[result]++;
    last = { result, from, to, reason, at, tookMs: progress === undefined ? null : at - progress.startedAt };
  };

  const { resharder, reshardPrepare } = gateway;
  gateway.reshardPrepare = (manager, reshard) => {
    newShards = reshard.next.shards;
    return reshardPrepare(manager, reshard);
  };
  gateway.resharder = async (manager, request) => {
    const isSecond = manager.runtime.reshard !== undefined;
    const endedBefore = ended.done + ended.rolledBack;
    const result = await resharder(manager, request);
    if (isSecond || ended.done + ended.rolledBack > endedBefore) return result;
    // Told by no event: it was not begun, or the old shards could not be closed as they should.
    const hasTakenOver = progress?.phase === 'closing';
    end(hasTakenOver ? 'done' : 'refused', result);
    progress = undefined;
    tell({
      level: 'warn',
      kind: hasTakenOver ? 'reshardClosed' : 'reshardRefused',
      text: `resharding from ${result.from} to ${result.to} shards ${hasTakenOver ? 'is done, but' : 'was not begun'}: ${result.reason}`,
    });
    return result;
  };

  gateway.events.on('reshardProgress', (told) => {
    const before = progress;
    progress = told;
    if (before === undefined) {
      tell({
        level: 'info',
        kind: 'reshardStarted',
        text: `resharding from ${told.from} to ${told.to} shards: the new ones connect, which takes ${Math.ceil(told.etaMs / 1_000)} s or longer`,
      });
      hasBegun?.();
    } else if (before.phase !== told.phase) log.info({ kind: 'reshard', ...told }, `resharding: ${STEPS[told.phase]}`);
  });
  gateway.events.on('resharded', ({ from, to }) => {
    newShards = undefined;
    if (progress !== undefined) progress = { ...progress, phase: 'closing', heldEvents: 0, heldBytes: 0 };
    tell({
      level: 'info',
      kind: 'resharded',
      text: `${to.shardCount} shards have taken over from ${from.shardCount}; the old ones are being closed`,
    });
  });
  gateway.events.on('reshardClosed', ({ from, to, tookMs }) => {
    end('done', { from, to, reason: `${to} shards have taken over from ${from}` });
    progress = undefined;
    tell({
      level: 'info',
      kind: 'reshardClosed',
      text: `resharded from ${from} to ${to} shards in ${Math.round(tookMs / 1_000)} s`,
    });
  });
  gateway.events.on('reshardRolledBack', ({ from, to, phase, reason }) => {
    end('rolledBack', { from, to, reason });
    progress = undefined;
    newShards = undefined;
    tell({
      level: 'warn',
      kind: 'reshardRolledBack',
      text: `resharding from ${from} to ${to} shards was given up (${phase}), nothing is changed: ${reason}`,
    });
  });

  const conditions = (): readonly NewShard[] =>
    newShards === undefined
      ? []
      : Array.from(newShards.values(), (shard) => ({
          id: shard.id,
          condition: conditionOf(shard, { wasReady: false }),
        })).toSorted((one, other) => one.id - other.id);

  return {
    view: () => ({
      automatic: gateway.reshard,
      percentage: gateway.reshardPercentage,
      fillPercent: fillPercentOf(gateway),
      shards: gateway.maxShards,
      configured: configuredCount(gateway),
      running: progress === undefined ? null : { ...progress, shards: conditions() },
      last,
      ended: { ...ended },
    }),
    check: (order) => checkReshard(gateway, order),
    async start(order) {
      if (gateway.runtime.reshard !== undefined) return { accepted: false, reason: 'another reshard is under way' };
      tell({
        level: 'info',
        kind: 'operator',
        text: `an operator asks for ${order.count === undefined ? 'a reshard' : `${order.count} shards`}`,
      });
      const begun = new Promise<ReshardAnswer>((resolve) => {
        hasBegun = () => resolve({ accepted: true, reason: '' });
      });
      const { count, first, last: lastShardId } = order;
      const over = gateway.resharder(gateway, {
        ...(count === undefined ? {} : { maxShards: count }),
        ...(first === undefined ? {} : { firstShardId: first }),
        ...(lastShardId === undefined ? {} : { lastShardId }),
      });
      return Promise.race([begun, over.then(({ done, reason }) => ({ accepted: done, reason }))]);
    },
    cancel() {
      const { reshard } = gateway.runtime;
      if (reshard === undefined) return { accepted: false, reason: 'no reshard is under way' };
      if (reshard.progress().phase === 'closing' || progress?.phase === 'closing')
        return { accepted: false, reason: 'it is too late: the new shards have taken over' };
      tell({ level: 'info', kind: 'operator', text: 'an operator has the reshard given up' });
      void reshard.cancel('an operator gave it up');
      return { accepted: true, reason: '' };
    },
  };
}

/** Shard count that the configuration asks for, where another is in its place. */
function configuredCount({ runtime }: GatewayManager): number | 'auto' | null {
  if (runtime.reshardMark?.state !== 'current') return null;
  const [count] = runtime.reshardMark.configured;
  return count === 0 ? 'auto' : count;
}

import type { StandingFault } from './fault.ts';

/** A standing fault and what is left of it. */
export interface FaultRule {
  readonly id: number;
  readonly fault: StandingFault;
  /** Clock time at which it is over. */
  readonly until: number;
  timesLeft: number;
}

export type FaultOf<Kind extends StandingFault['kind']> = Extract<StandingFault, { readonly kind: Kind }>;

/** What is known of the occasion at which a fault is looked for. */
export interface Occasion {
  readonly shardId?: number | undefined;
  readonly door?: 'main' | 'resume';
  /** Path of a REST request. */
  readonly path?: string;
}

/** The standing faults, in the order they were set. */
export interface FaultRules {
  add(fault: StandingFault, now: number): number;
  /** The first fault of this kind for this occasion, which uses one of its times. */
  take<Kind extends StandingFault['kind']>(kind: Kind, now: number, occasion: Occasion): FaultOf<Kind> | undefined;
  /** Removes one, or all. */
  remove(id?: number): void;
  all(now: number): readonly FaultRule[];
}

function isFor(fault: StandingFault, occasion: Occasion): boolean {
  if ('door' in fault && fault.door !== undefined && fault.door !== occasion.door) return false;
  if ('path' in fault && fault.path !== undefined && !(occasion.path ?? '').includes(fault.path)) return false;
  if (!('shard' in fault) || fault.shard === undefined) return true;
  if (occasion.shardId === undefined) return false;
  return typeof fault.shard === 'number' ? fault.shard === occasion.shardId : fault.shard.includes(occasion.shardId);
}

export function createFaultRules(): FaultRules {
  let rules: FaultRule[] = [];
  let lastId = 0;

  function all(now: number): readonly FaultRule[] {
    // Nearly always empty, and asked at each heartbeat.
    if (rules.length > 0) rules = rules.filter((rule) => rule.timesLeft > 0 && now < rule.until);
    return rules;
  }

  return {
    add(fault, now) {
      lastId += 1;
      rules.push({ id: lastId, fault, until: now + (fault.forMs ?? Infinity), timesLeft: fault.times ?? Infinity });
      return lastId;
    },
    take<Kind extends StandingFault['kind']>(kind: Kind, now: number, occasion: Occasion) {
      const rule = all(now).find(({ fault }) => fault.kind === kind && isFor(fault, occasion));
      if (rule === undefined) return undefined;
      rule.timesLeft -= 1;
      return rule.fault as FaultOf<Kind>;
    },
    remove(id) {
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
    },
    all,
  };
}

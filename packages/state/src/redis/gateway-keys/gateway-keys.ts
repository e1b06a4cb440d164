import { randomUUID } from 'node:crypto';
import type { Clock, GatewayManager, TimerHandle } from '@shardgate/gateway';
import { checkOptions } from '../../options/check-options.ts';
import { anyFunction, clockPort, milliseconds } from '../../options/shapes.ts';
import { systemClock } from '../../ports/clock.ts';
import { DEAD_AFTER_MS, SOON_MS, WRITE_MS } from '../defaults.ts';
import { GATEWAY_KEYS } from '../lua/gateway-keys.ts';
import { createRedisLink } from '../redis-link.ts';
import { runScript, scriptOf } from '../redis-script.ts';
import { readTarget, targetShape, type RedisTarget } from '../redis-target.ts';
import { timestamp } from '../timestamp.ts';
import { shardReport } from './shard-report.ts';

/** Options of {@link createGatewayKeys}. */
export interface GatewayKeysOptions extends RedisTarget {
  /** Milliseconds between two writes. Default 1,000, as in twilight-dispatch. What happens to a shard is written sooner. */
  readonly intervalMs?: number;
  /** Milliseconds without a write after which a process counts as dead: its shards vanish from `gateway_statuses`. Default 10,000. */
  readonly deadAfterMs?: number;
  /** Called when the keys cannot be written, and with undefined when they are written again. What it throws is ignored. Default none. */
  readonly onTrouble?: (error: Error | undefined) => void;
  /** Default: real time. */
  readonly clock?: Clock;
}

/** Writes `gateway_sessions`, `gateway_statuses`, `gateway_started` and `gateway_shards`. */
export interface GatewayKeys {
  /** Connects, and writes from then on. Rejects when Redis cannot be reached or refuses. */
  start(): Promise<void>;
  /** Takes the shards of a gateway. */
  attach(gateway: GatewayManager): void;
  /** Writes a last time, takes this process' shards out of `gateway_statuses`, and ends. Never rejects. */
  stop(): Promise<void>;
  status(): GatewayKeysStatus;
}

export interface GatewayKeysStatus {
  /** Whether the last write was carried out. */
  readonly isReady: boolean;
  /** What was wrong with it otherwise. */
  readonly detail?: string;
  /** Processes that write to this Redis, this one included, as of the last write. */
  readonly processes: number;
}

const SCRIPT = scriptOf(GATEWAY_KEYS);
/** Something happened to a shard that its status shows. */
const CHANGES = [
  'shardConnecting',
  'shardHello',
  'shardIdentifying',
  'shardResuming',
  'shardReady',
  'shardDisconnected',
  'shardFatal',
  'shardStopped',
] as const;

/**
 * Keeps twilight-dispatch's information keys in a Redis. Several processes may write to one: each writes its own shards, and the keys hold those of all that live. Sessions
 * outlive their process, with `resume_url` beside twilight's members.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 */
export function createGatewayKeys(options: GatewayKeysOptions): GatewayKeys {
  checkOptions('createGatewayKeys', options, {
    ...targetShape,
    intervalMs: milliseconds(50).optional(),
    deadAfterMs: milliseconds(1_000).optional(),
    onTrouble: anyFunction.optional(),
    clock: clockPort.optional(),
  });
  const { intervalMs = WRITE_MS, deadAfterMs = DEAD_AFTER_MS, onTrouble, clock = systemClock } = options;
  const link = createRedisLink({ ...readTarget('createGatewayKeys', options), clock });
  const id = randomUUID();
  let phase: 'idle' | 'running' | 'stopped' = 'idle';
  let started = '';
  let gateway: GatewayManager | undefined;
  let timer: TimerHandle;
  let dueAt = 0;
  let writing: Promise<void> | undefined;
  let trouble: Error | undefined;
  let processes = 0;

  async function write(leaves: boolean): Promise<void> {
    const shards = gateway === undefined ? [] : [...gateway.shards.values()];
    const count = gateway?.maxShards || shards[0]?.shardCount;
    // Nothing can be said before the gateway knows how many shards there are.
    if (count === undefined) return;
    const wallMs = clock.wallTime();
    const reports = shards
      .filter(({ shardCount }) => shardCount === count)
      .flatMap((shard) => shardReport(shard, wallMs) ?? []);
    const args = [id, String(deadAfterMs), started, String(count), leaves ? '1' : '', ...reports];
    processes = Number(await runScript((commands) => link.run(commands), SCRIPT, args));
  }

  function told(error: Error | undefined): void {
    const isNews = error?.message !== trouble?.message;
    trouble = error;
    if (!isNews) return;
    try {
      onTrouble?.(error);
    } catch {
      // Nobody is left to tell.
    }
  }

  async function writeNow(leaves = false): Promise<void> {
    try {
      await write(leaves);
      told(undefined);
    } catch (error) {
      told(error instanceof Error ? error : new Error('unknown reason', { cause: error }));
    }
  }

  function writeIn(delayMs: number): void {
    clock.clearTimer(timer);
    dueAt = clock.now() + delayMs;
    timer = clock.setTimer(() => {
      writing = writeNow();
      void writing.then(() => {
        writing = undefined;
        if (phase === 'running') writeIn(intervalMs);
      });
    }, delayMs);
  }

  /** Several changes at a time are one write. */
  function writeSoon(): void {
    if (phase === 'running' && writing === undefined && dueAt - clock.now() > SOON_MS) writeIn(SOON_MS);
  }

  return {
    async start() {
      if (phase !== 'idle') throw new Error('createGatewayKeys: start is for a new one, once');
      started = timestamp(clock.wallTime());
      phase = 'running';
      try {
        await link.connect();
        await write(false);
      } catch (error) {
        phase = 'stopped';
        link.close();
        throw error;
      }
      writeIn(intervalMs);
    },
    attach(manager) {
      if (gateway !== undefined && gateway !== manager)
        throw new TypeError('these keys tell of another gateway already; make new ones for each gateway');
      if (gateway === manager) return;
      gateway = manager;
      for (const name of CHANGES) manager.events.on(name, writeSoon);
    },
    async stop() {
      if (phase !== 'running') return;
      phase = 'stopped';
      clock.clearTimer(timer);
      for (const name of CHANGES) gateway?.events.off(name, writeSoon);
      await writing;
      await writeNow(true);
      link.close();
    },
    status() {
      const isReady = phase === 'running' && trouble === undefined;
      return trouble === undefined ? { isReady, processes } : { isReady, processes, detail: trouble.message };
    },
  };
}

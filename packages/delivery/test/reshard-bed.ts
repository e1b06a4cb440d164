import { createGatewayManager } from '@shardgate/gateway';
import type { GatewayManager } from '@shardgate/gateway';
import { createVirtualClock } from '@shardgate/simulator';
import type { VirtualClock } from '@shardgate/simulator';
import { readPayload } from '@shardgate/wire';
import { createDelivery } from '../src/index.ts';
import type { AcceptedPayload, Delivery, DeliveryOptions } from '../src/index.ts';

/** A manager without connections, whose shards the test swaps; and a delivery that takes its events. */
export interface ReshardBed {
  readonly clock: VirtualClock;
  readonly delivery: Delivery;
  readonly gateway: GatewayManager;
  /** Which manager was told what is settled. */
  readonly settled: { readonly ofOldShards: boolean; readonly shardId: number; readonly seq: number }[];
  /** The next dispatch of a shard; gives what names it in the tests: `<shard>/<count>:<seq>`. */
  event(shardId: number, extra?: { t?: string; old?: string; d?: object }): string;
  /** The same of a shard that was replaced by the last reshard. */
  late(shardId: number): string;
  reshard(shardCount: number): void;
  advance(ms?: number): Promise<void>;
}

interface TestShard {
  readonly id: number;
  readonly shardCount: number;
  readonly sessionId: string;
  seq: number;
}

let sessions = 0;

function shardsOf(shardCount: number): Map<number, TestShard> {
  const ids = Array.from({ length: shardCount }, (_, id) => id);
  return new Map(ids.map((id) => [id, { id, shardCount, sessionId: `session-${++sessions}`, seq: 0 }]));
}

export async function createReshardBed(
  shardCount: number,
  options: DeliveryOptions,
  clock: VirtualClock = createVirtualClock(),
): Promise<ReshardBed> {
  const settled: ReshardBed['settled'][number][] = [];
  const gateway = createGatewayManager({
    token: 'a.b.c',
    intents: [],
    clock,
    handleDiscordPayload: () => undefined,
    settle: (manager, shardId, _session, seq) => void settled.push({ ofOldShards: manager !== gateway, shardId, seq }),
  });
  const delivery = createDelivery({
    clock,
    random: () => 0.5,
    gatherMs: 0,
    soon: (callback) => void clock.setTimer(callback, 0),
    ...options,
  });
  let shards = shardsOf(shardCount);
  let old: { manager: GatewayManager; shards: Map<number, TestShard> } | undefined;

  /** A manager's shards as far as a delivery looks at them. */
  const use = (manager: GatewayManager, own: Map<number, TestShard>): void => {
    const find = (test: (shard: TestShard) => boolean): TestShard | undefined => [...own.values()].find(test);
    Object.defineProperty(manager, 'shards', { value: Object.assign(own, { find }), configurable: true });
    Object.defineProperty(manager, 'maxShards', { value: own.size, configurable: true });
  };
  const dispatch = (
    manager: GatewayManager,
    shard: TestShard | undefined,
    { t = 'MESSAGE_CREATE', old: before, d = {} }: { t?: string; old?: string; d?: object } = {},
  ): string => {
    if (shard === undefined) throw new Error('no such shard');
    const seq = ++shard.seq;
    const data = JSON.stringify({ id: String(seq), ...d });
    const payload = readPayload(Buffer.from(`{"t":"${t}","s":${seq},"op":0,"d":${data}}`));
    if (before !== undefined) Object.assign(payload, { old: before });
    manager.handleDiscordPayload(manager, payload as unknown as AcceptedPayload, shard.id);
    return `${shard.id}/${shard.shardCount}:${seq}`;
  };
  const generation = (of: Map<number, TestShard>) => ({
    shardCount: of.size,
    shards: Array.from(of.values(), ({ id, sessionId, seq }) => ({ shardId: id, sessionId, sequence: seq })),
  });

  use(gateway, shards);
  await delivery.start(delivery);
  delivery.attach(delivery, gateway);
  await clock.advanceAsync(1);
  return {
    clock,
    delivery,
    gateway,
    settled,
    event: (shardId, extra) => dispatch(gateway, shards.get(shardId), extra),
    late(shardId) {
      if (old === undefined) throw new Error('there were no shards before');
      return dispatch(old.manager, old.shards.get(shardId));
    },
    reshard(count) {
      const before = shards;
      const manager = Object.create(gateway) as GatewayManager;
      use(manager, before);
      old = { manager, shards: before };
      shards = shardsOf(count);
      use(gateway, shards);
      gateway.events.emit('resharded', { from: generation(before), to: generation(shards), at: clock.wallTime() });
    },
    advance: (ms = 1) => clock.advanceAsync(ms),
  };
}

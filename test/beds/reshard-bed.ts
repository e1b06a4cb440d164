import type { GatewayManager, GatewayOptions, ReshardResult } from '@shardgate/gateway';
import type { SimulatorOptions } from '@shardgate/simulator';
import { compareReshard, heard, type Heard, type ReshardComparison } from './reshard-comparison.ts';
import { createVirtualBed, type VirtualBed } from './virtual-bed.ts';

export interface ReshardBed extends VirtualBed {
  readonly events: readonly Heard[];
  /** Reshards and waits for the end, in virtual time. */
  reshard(maxShards: number, maxMs?: number): Promise<ReshardResult>;
  judge(): ReshardComparison;
}

/** A bed whose handler writes down what the events are, so that two generations of shards can be told apart by content only. */
export function createReshardBed(simulated: SimulatorOptions = {}, defaults: Partial<GatewayOptions> = {}): ReshardBed {
  const told: Heard[] = [];
  const bed = createVirtualBed(simulated, {
    filters: { editedMessages: false },
    handleDiscordPayload: (manager: GatewayManager, event, shardId) => void told.push(heard(manager, event, shardId)),
    ...defaults,
  });

  const judge = (): ReshardComparison => compareReshard(bed.simulator, told);

  return Object.assign(Object.create(Object.prototype, Object.getOwnPropertyDescriptors(bed)) as VirtualBed, {
    events: told,
    judge,
    async reshard(maxShards: number, maxMs = 3_600_000) {
      let result: ReshardResult | undefined;
      void bed.gateway.resharder(bed.gateway, { maxShards }).then((value) => {
        result = value;
      });
      await bed.until(`reshard to ${maxShards}`, () => result !== undefined, maxMs);
      if (result === undefined) throw new Error('no result');
      return result;
    },
  });
}

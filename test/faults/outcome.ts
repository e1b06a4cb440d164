import type { GatewayOptions } from '@shardgate/gateway';
import {
  assertClean,
  compareDeliveries,
  type Activity,
  type ActivityRecord,
  type Delivery,
  type Simulator,
  type SimulatorOptions,
} from '@shardgate/simulator';
import { decodeEtf, encodeEtf } from '@shardgate/wire';
import { expect } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';

/** Everything that Discord sends must arrive: what a filter holds back would look like a loss. */
export const UNFILTERED: Partial<GatewayOptions> = {
  filters: { loadedGuilds: false, unavailableGuilds: false, editedMessages: false },
};

/** A virtual bed with a few guilds in which something goes on all the time. Only time ends a session: its replay buffer is large. */
export function createFaultBed(
  simulated: SimulatorOptions = {},
  options: Partial<GatewayOptions> = {},
  handlingMs?: () => number,
): VirtualBed {
  return createVirtualBed(
    { guilds: 8, eventsPerSecond: 10, replayLimit: 100_000, ...simulated },
    { ...UNFILTERED, ...options },
    handlingMs,
  );
}

/** What the simulator noted of one kind. */
export function activityOf<Kind extends Activity['kind']>(
  simulator: Simulator,
  kind: Kind,
): Extract<ActivityRecord, { kind: Kind }>[] {
  return simulator.ledger.activity({ kind }) as Extract<ActivityRecord, { kind: Kind }>[];
}

/** Codes the gateway itself closed with, in order; the test's own end has 3061. */
export function ownCloseCodes(simulator: Simulator): number[] {
  return activityOf(simulator, 'close')
    .filter(({ by }) => by === 'client')
    .map(({ code }) => code);
}

/** How often somebody dialled, let in or not. */
export function dials(simulator: Simulator): number {
  return activityOf(simulator, 'connect').length + activityOf(simulator, 'refused-connect').length;
}

/** I2 to I4, and all rules of Discord: each dispatch came once, in order, and the client did nothing wrong. */
export function expectNothingLost(bed: {
  readonly simulator: Simulator;
  readonly received: readonly Delivery[];
}): void {
  const sent = bed.simulator.ledger.dispatches().filter(({ t }) => t !== 'RESUMED');
  expect(compareDeliveries(sent, bed.received)).toEqual({ lost: [], duplicated: [], unknown: [], reordered: [] });
  assertClean(bed.simulator);
}

/** The same where a session ended: what is lost lies in a gap that was told. */
export function expectOnlyDeclaredLoss(bed: VirtualBed): void {
  const { duplicated, unknown, reordered } = bed.compare();
  expect({ undeclared: bed.undeclaredLosses(), duplicated, unknown, reordered }).toEqual({
    undeclared: [],
    duplicated: [],
    unknown: [],
    reordered: [],
  });
  bed.clean();
}

/** Lets everything come to rest, with all shards ready. */
async function comeToRest(bed: VirtualBed): Promise<void> {
  bed.simulator.configure({ eventsPerSecond: 0 });
  await bed.until('all shards ready at the end', bed.allReady);
  await bed.advance(5_000);
  await bed.until('all shards still ready at the end', bed.allReady);
}

/** The end of a test in which no session was lost. */
export async function endUnharmed(bed: VirtualBed): Promise<void> {
  await comeToRest(bed);
  expectNothingLost(bed);
  expectNoSecret(bed);
  await bed.end();
}

/** The end of a test in which sessions were lost, and that was told. */
export async function endWithGaps(bed: VirtualBed): Promise<void> {
  await comeToRest(bed);
  expectOnlyDeclaredLoss(bed);
  expectNoSecret(bed);
  await bed.end();
}

/** The end of a test in which a process was killed: what its handlers had not settled on disk comes again, nothing else is allowed. */
export async function endAfterKill(bed: VirtualBed): Promise<void> {
  await comeToRest(bed);
  const { lost, unknown, reordered } = bed.compare();
  expect({ lost, unknown, reordered }).toEqual({ lost: [], unknown: [], reordered: [] });
  bed.clean();
  expectNoSecret(bed);
  await bed.end();
}

/** I10. */
export function expectNoSecret(bed: VirtualBed): void {
  expect(JSON.stringify(bed.lives.flatMap(({ told }) => told))).not.toContain('canary');
}

/**
 * Options with which each payload, as JSON, goes through `change` on its way to the gateway, which may be told something else or, with
 * undefined, nothing. Without compression, so that there is a message to change.
 */
export function doctored(
  bed: VirtualBed,
  change: (text: string) => string | undefined,
): Pick<GatewayOptions, 'compression' | 'openSocket'> {
  return {
    compression: 'none',
    openSocket: (url, handlers) =>
      bed.simulator.openSocket(url, {
        ...handlers,
        onMessage(data, isBinary) {
          const text = change(isBinary ? JSON.stringify(decodeEtf(data)) : data.toString());
          if (text === undefined) return;
          handlers.onMessage(isBinary ? encodeEtf(JSON.parse(text)) : Buffer.from(text), isBinary);
        },
      }),
  };
}

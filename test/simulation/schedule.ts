import type { Fault, Random } from '@shardgate/simulator';
import type { VirtualBed } from '../beds/virtual-bed.ts';

/** Something that goes wrong at a moment of a schedule. */
export interface Misfortune {
  /** Virtual milliseconds after the start. */
  readonly at: number;
  readonly name: string;
  readonly strike: (bed: VirtualBed) => Promise<void> | void;
}

/** Close codes that a shard comes back from. */
const SURVIVABLE_CODES = [1000, 1001, 4000, 4001, 4002, 4003, 4005, 4006, 4007, 4008, 4009, 4200];

/** Faults by kind; each takes what it needs from the randomness. */
const FAULTS: readonly ((random: Random, shard: number) => Fault)[] = [
  (_, shard) => ({ kind: 'drop', shard }),
  () => ({ kind: 'drop', spreadMs: 1_000 }),
  (_, shard) => ({ kind: 'reset', shard }),
  (_, shard) => ({ kind: 'half-open', shard }),
  (_, shard) => ({ kind: 'reconnect', shard, closeAfterMs: 3_000 }),
  () => ({ kind: 'reconnect' }),
  (random, shard) => ({ kind: 'invalid-session', shard, resumable: random() < 0.7 }),
  (_, shard) => ({ kind: 'request-heartbeat', shard }),
  (random, shard) => ({
    kind: 'close',
    shard,
    code: SURVIVABLE_CODES[Math.floor(random() * SURVIVABLE_CODES.length)] ?? 4000,
  }),
  (random, shard) => (random() < 0.5 ? { kind: 'garbage', shard } : { kind: 'garbage', shard, text: '{"op":0,"t":' }),
  (_, shard) => ({ kind: 'truncate-next', shard }),
  (_, shard) => ({ kind: 'corrupt-next', shard }),
  (random, shard) => ({ kind: 'lag', shard, delayMs: random() * 5_000, forMs: 10_000 }),
  (random, shard) => ({ kind: 'stall-reading', shard, forMs: random() * 20_000 }),
  (random) => ({ kind: 'refuse-connect', forMs: random() * 10_000 }),
  (random) => ({ kind: 'refuse-connect', door: 'resume', forMs: random() * 60_000 }),
  (random) => ({ kind: 'black-hole', forMs: random() * 5_000 }),
  (random) => ({ kind: 'upgrade-status', status: random() < 0.5 ? 503 : 429, forMs: random() * 5_000 }),
  () => ({ kind: 'withhold-hello', times: 1 }),
  () => ({ kind: 'hello-twice', times: 1 }),
  () => ({ kind: 'hello-interval', interval: 'soon', times: 1 }),
  () => ({ kind: 'reconnect-instead-of-hello', times: 2 }),
  (_, shard) => ({ kind: 'refuse-identify', shard, times: 1 }),
  (random) => ({ kind: 'withhold-ack', forMs: random() * 90_000 }),
  (_, shard) => ({ kind: 'withhold-resumed', shard, times: 1 }),
  (random, shard) => ({ kind: 'refuse-resume', shard, resumable: random() < 0.7, times: 1 }),
  (random, shard) => ({ kind: 'brick-resume', shard, forMs: random() * 30_000 }),
  (random, shard) => ({ kind: 'cut-replay', shard, after: Math.floor(random() * 20), times: 2 }),
  (random) => ({ kind: 'rest', status: random() < 0.5 ? 500 : 429, forMs: random() * 30_000, path: 'gateway' }),
];

/** A schedule of misfortunes over `lastMs`, made of the randomness alone. */
export function createSchedule(random: Random, shards: number, count: number, lastMs: number): Misfortune[] {
  return Array.from({ length: count }, () => misfortune(random, shards, lastMs)).sort((a, b) => a.at - b.at);
}

function misfortune(random: Random, shards: number, lastMs: number): Misfortune {
  const at = random() * lastMs;
  const choice = random();
  if (choice < 0.12) return { at, name: 'SIGKILL and restart', strike: (bed) => restart(bed, random() * 3_000, true) };
  if (choice < 0.17) return { at, name: 'stop and restart', strike: (bed) => restart(bed, random() * 3_000, false) };
  if (choice < 0.22) return { at, name: 'guilds come and go', strike: moveGuilds };
  const make = FAULTS[Math.floor(random() * FAULTS.length)];
  const shard = Math.floor(random() * shards);
  if (make === undefined) throw new Error('no fault to choose from');
  const fault = make(random, shard);
  return { at, name: JSON.stringify(fault), strike: (bed) => void bed.simulator.fault(fault) };
}

async function restart(bed: VirtualBed, pauseMs: number, kill: boolean): Promise<void> {
  const { gateway } = bed;
  if (kill) bed.life.kill();
  else {
    const stopped = gateway.stopGateway(gateway);
    await bed.advance(5_001);
    await stopped;
  }
  await bed.advance(pauseMs);
  bed.start();
}

function moveGuilds({ simulator }: VirtualBed): void {
  simulator.guilds.join(2);
  const [first, second] = simulator.guilds.ids({ limit: 2 });
  if (first !== undefined) simulator.guilds.leave(first);
  if (second !== undefined) simulator.guilds.outage([second]);
}

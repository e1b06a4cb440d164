import { SUBJECTS } from './cell.ts';
import type { Cell, StreamKind, SubjectName, Volume } from './cell.ts';

/** Cells that are compared with each other: they take turns, round after round. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly cells: readonly Cell[];
  readonly rounds: number;
  readonly volume: Volume;
  /** Events per second while paced; {@link PACED_RATE} where it is left out. */
  readonly rate?: number;
}

/** Events per second over all shards while `paced`: a sixth of a core for the slowest program on the slowest machine seen. */
export const PACED_RATE = 4_000;

/** A flood that a bot takes as well as a gateway alone does: what the two cost can be compared, see decision 0014. */
export const FLOOD_RATE = 60_000;

export const HEADLINE: StreamKind = { mix: 'typical', encoding: 'json', compression: 'zlib-stream', shards: 4 };
/** Shards of the scale and memory measurements. */
export const MANY_SHARDS = 1_000;

/** Code that sees few of the events takes long until it is compiled; a burst that is over in half a second shows what else the machine did meanwhile. */
const LARGE: Volume = { warmup: 60_000, settling: 12_000, paced: 24_000, burst: 200_000 };
/** Code that runs for a batch and not for an event takes longer still: after 5 seconds at the pace of the window a third of what a consumer costs was the compiler's, after 40 next to nothing. */
const LONG: Volume = { warmup: 60_000, settling: 160_000, paced: 60_000, burst: 200_000 };
const SMALL: Volume = { warmup: 10_000, settling: 4_000, paced: 6_000, burst: 20_000 };
/** With a thousand shards every stream's window is to be full, too, before anything is measured. */
const WIDE: Volume = { warmup: 40_000, settling: 8_000, paced: 8_000, burst: 20_000 };
/** One of the two needs nearly half a millisecond for an event, the other has 60,000 of them behind it in a second. */
const SLOW: Volume = { warmup: 30_000, settling: 1_000, paced: 2_000, burst: 60_000 };
const QUICK: Volume = { warmup: 8_000, settling: 2_000, paced: 4_000, burst: 12_000 };

const PEERS: readonly SubjectName[] = [
  'shardgate',
  'floor',
  'cloudstorm',
  'discordjs-ws',
  'discordjs-ws-native',
  'discordeno',
];

const WITHOUT_NATIVE = PEERS.filter((name) => name !== 'discordjs-ws-native');

function on(subjects: readonly SubjectName[], kind: Partial<StreamKind>): Cell[] {
  return subjects.map((subject) => ({ ...HEADLINE, ...kind, subject }));
}

export function scenarios(quick: boolean): readonly Scenario[] {
  const scale = quick
    ? [...on(['shardgate'], {}), ...on(['shardgate'], { shards: MANY_SHARDS })]
    : [1, 4, 64, MANY_SHARDS].flatMap((shards) => on(WITHOUT_NATIVE, { shards }));
  const encodings = [
    ...on(['shardgate', 'wire', 'floor', 'cloudstorm', 'discordjs-ws', 'discordeno'], { compression: 'none' }),
    ...on(['shardgate', 'wire'], {}),
    ...on(['shardgate', 'wire', 'discordeno'], { compression: 'zstd-stream' }),
    ...on(['shardgate', 'wire', 'cloudstorm'], { encoding: 'etf', compression: 'none' }),
    ...on(['shardgate', 'wire', 'cloudstorm'], { encoding: 'etf' }),
    ...on(['shardgate', 'wire'], { encoding: 'etf', compression: 'zstd-stream' }),
  ];
  const all: readonly Scenario[] = [
    {
      id: 'headline',
      title: 'Typical mix, JSON, zlib-stream, 4 shards',
      cells: on(SUBJECTS, {}),
      rounds: quick ? 3 : 7,
      volume: quick ? QUICK : LARGE,
    },
    {
      id: 'scale',
      title: 'By number of shards',
      cells: scale,
      rounds: quick ? 2 : 3,
      volume: quick ? { ...QUICK, warmup: WIDE.warmup } : WIDE,
    },
    {
      id: 'presence',
      title: 'Presence-heavy mix, JSON, zlib-stream, 4 shards',
      cells: on(PEERS, { mix: 'presence' }),
      rounds: 3,
      volume: SMALL,
    },
    {
      id: 'delivery',
      title: 'With a consumer in another process: typical mix, JSON, zlib-stream, 4 shards',
      cells: on(['shardgate', 'delivery-unix', 'delivery-websocket', 'delivery-both'], {}),
      rounds: quick ? 1 : 3,
      volume: quick ? QUICK : LONG,
    },
    {
      id: 'delivery-flood',
      title: `With a consumer, at the same rate: ${FLOOD_RATE.toLocaleString('en-US')} events/s while paced`,
      cells: on(['shardgate', 'delivery-unix', 'delivery-websocket'], {}),
      rounds: quick ? 1 : 5,
      volume: quick ? QUICK : { warmup: 60_000, settling: 300_000, paced: 300_000, burst: 60_000 },
      rate: FLOOD_RATE,
    },
    {
      id: 'delivery-disk',
      title: 'Every event on the disk: 10,000 events/s while paced',
      cells: on(['delivery-unix', 'delivery-durable'], {}),
      rounds: quick ? 1 : 3,
      volume: quick ? QUICK : { warmup: 60_000, settling: 50_000, paced: 100_000, burst: 40_000 },
      rate: 10_000,
    },
    {
      id: 'delivery-http',
      title: 'Over HTTP: batches against a request for each event, 500 events/s while paced',
      cells: on(['delivery-http', 'fetch'], {}),
      rounds: quick ? 1 : 3,
      volume: quick ? QUICK : SLOW,
      rate: 500,
    },
    { id: 'encodings', title: 'By encoding and compression, 4 shards', cells: encodings, rounds: 3, volume: SMALL },
  ];
  return quick ? all.filter(({ id }) => id !== 'presence' && id !== 'encodings') : all;
}

/** Programs whose memory is measured. */
export function memorySubjects(quick: boolean): readonly SubjectName[] {
  return quick ? ['shardgate'] : WITHOUT_NATIVE;
}

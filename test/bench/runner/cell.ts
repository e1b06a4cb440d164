import type { MixName } from '../mix/mix.ts';

export type Encoding = 'json' | 'etf';
export type Compression = 'none' | 'zlib-stream' | 'zstd-stream';

/** The programs, by the name of their file in `subjects/`. */
export const SUBJECTS = [
  'shardgate',
  'floor',
  'cloudstorm',
  'discordjs-ws',
  'discordjs-ws-native',
  'discordeno',
  'wire',
] as const;

/** Ours with a delivery behind it, and one request for each event, which it is held against. */
export const DELIVERY_SUBJECTS = [
  'delivery-unix',
  'delivery-websocket',
  'delivery-both',
  'delivery-durable',
  'delivery-http',
  'fetch',
] as const;

export type SubjectName = (typeof SUBJECTS)[number] | (typeof DELIVERY_SUBJECTS)[number];

/** What a source sends. */
export interface StreamKind {
  readonly mix: MixName;
  readonly encoding: Encoding;
  readonly compression: Compression;
  readonly shards: number;
}

/** One program on one stream. */
export interface Cell extends StreamKind {
  readonly subject: SubjectName;
}

/** How many events a run takes, over all shards. */
export interface Volume {
  /** Before anything is measured: until the code is compiled and each stream's window is full. */
  readonly warmup: number;
  /** Then paced, not measured either: code is compiled once more for events that come one by one. */
  readonly settling: number;
  readonly paced: number;
  readonly burst: number;
}

export const PHASES = ['warmup', 'settling', 'paced', 'burst'] as const;
export type Phase = (typeof PHASES)[number];

export function eventsOf({ warmup, settling, paced, burst }: Volume): number {
  return warmup + settling + paced + burst;
}

/** The same number of events for each shard, no fewer than asked for. */
export function perShard(volume: Volume, shards: number): Volume {
  const share = (events: number): number => Math.ceil(events / shards);
  const { warmup, settling, paced, burst } = volume;
  return { warmup: share(warmup), settling: share(settling), paced: share(paced), burst: share(burst) };
}

export function streamKey({ mix, encoding, compression, shards }: StreamKind): string {
  return [mix, encoding, compression, shards].join('/');
}

export function cellKey(cell: Cell): string {
  return `${cell.subject}/${streamKey(cell)}`;
}

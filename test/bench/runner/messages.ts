import type { StreamKind } from './cell.ts';

/** What a source is started with. */
export interface SourceOptions extends StreamKind {
  readonly seed: number;
  /** Events of each shard's stream. */
  readonly eventsPerShard: number;
}

/** What the runner tells the source: how many events each shard gets now. A rate is events per second over all shards. */
export interface SendOrder {
  readonly kind: 'send';
  readonly eventsPerShard: number;
  readonly shape: 'paced' | 'burst';
  readonly rate: number;
}

/** What the source tells the runner. */
export type SourceMessage =
  | {
      readonly kind: 'listening';
      readonly port: number;
      /** Events of all streams by name. */
      readonly names: Readonly<Record<string, number>>;
      /** Means, bytes: of a message and of its frame. */
      readonly messageBytes: number;
      readonly frameBytes: number;
    }
  | {
      readonly kind: 'sent';
      /** From the order to the last write, and the CPU time the source took. */
      readonly wallMs: number;
      readonly cpuMs: number;
    };

/** What a subject is started with. */
export interface SubjectOptions extends StreamKind {
  /** Base of REST: `http://127.0.0.1:port/api`. */
  readonly apiUrl: string;
  /** `ws://127.0.0.1:port`. */
  readonly gatewayUrl: string;
  /** Folder for CPU profiles of the measured windows. */
  readonly profileTo?: string | undefined;
}

/** What the runner asks of a subject. */
export type SubjectOrder =
  | { readonly kind: 'window'; readonly events: number; readonly phase: string }
  | { readonly kind: 'rest' }
  | { readonly kind: 'names' };

export interface Measured {
  /** User and system time of the whole process, all threads. */
  readonly cpuMs: number;
  /** From the first event to the last. */
  readonly wallMs: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  /** Of programs with a delivery. */
  readonly delivery?: DeliveryFigures;
}

/** What a delivery did in a window. */
export interface DeliveryFigures {
  /** Of the events that came, the part that was written to the journal. */
  readonly journaledShare: number;
  /** Milliseconds from the hand-over to the journal to the disk; null where nothing was written. */
  readonly durableP50Ms: number | null;
  readonly durableP99Ms: number | null;
  readonly durableMaxMs: number | null;
}

/** What a subject tells the runner. */
export type SubjectMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'armed' }
  | ({ readonly kind: 'measured' } & Measured)
  | { readonly kind: 'rested'; readonly rssBytes: number }
  | { readonly kind: 'names'; readonly names: Readonly<Record<string, number>> }
  | { readonly kind: 'refused'; readonly reason: string };

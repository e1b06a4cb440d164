import type { BrokerBed } from './broker-bed.ts';

/** Events at a steady rate over four shards and forty channels, until stopped. */
export interface EventLoad {
  /** Numbers emitted so far, by channel. */
  readonly sent: ReadonlyMap<string, number>;
  /** Highest sequence number by shard; each event has its own in its data, too. */
  readonly seqs: ReadonlyMap<number, number>;
  readonly total: number;
  stop(): void;
}

export function startLoad(bed: BrokerBed, perSecond = 5_000, t = 'MESSAGE_CREATE', padding = 800): EventLoad {
  const sent = new Map<string, number>();
  const seqs = new Map<number, number>();
  const startedAt = performance.now();
  const filler = 'x'.repeat(padding);
  let total = 0;
  const tick = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    for (let burst = 0; total < due && burst < 2_000; total++, burst++) {
      const channel = total % 40;
      const n = (sent.get(String(channel)) ?? 0) + 1;
      sent.set(String(channel), n);
      const shard = channel % 4;
      const seq = (seqs.get(shard) ?? 0) + 1;
      seqs.set(shard, seq);
      // Of many sizes: where one does not fit, the next may.
      bed.emit(shard, t, {
        channel_id: String(channel),
        n,
        seq,
        filler: filler.slice(0, (total * 7_919) % (padding + 1)),
      });
    }
  }, 5);
  return {
    sent,
    seqs,
    get total() {
      return total;
    },
    stop: () => clearInterval(tick),
  };
}

/** What a consumer got, held against what was sent. */
export interface Verdict {
  readonly lost: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
}

export function judge(sent: ReadonlyMap<string, number>, got: readonly { channel_id: string; n: number }[]): Verdict {
  const seen = new Map<string, Set<number>>();
  const highest = new Map<string, number>();
  let duplicates = 0;
  let outOfOrder = 0;
  for (const { channel_id, n } of got) {
    const of = seen.get(channel_id) ?? new Set();
    seen.set(channel_id, of);
    if (of.has(n)) {
      duplicates++;
      continue;
    }
    of.add(n);
    if (n < (highest.get(channel_id) ?? 0)) outOfOrder++;
    highest.set(channel_id, Math.max(n, highest.get(channel_id) ?? 0));
  }
  let lost = 0;
  for (const [channel, count] of sent) lost += count - (seen.get(channel)?.size ?? 0);
  return { lost, duplicates, outOfOrder };
}

/** How what is missing compares with what gaps tell of it. */
export interface GapVerdict {
  /** Events that did not come. */
  readonly missing: number;
  /** Of these, such as no gap tells of. */
  readonly untold: number;
  /** Events that came though a gap tells that they are lost. */
  readonly toldButHere: number;
}

/** Holds what a consumer got that was not there before against the gaps it was told of: each loses all of its shard before `nextSeq`. */
export function judgeGaps(
  seqs: ReadonlyMap<number, number>,
  got: readonly { readonly channel_id: string; readonly seq: number }[],
  gaps: readonly { readonly shardId: number; readonly nextSeq: number | null }[],
): GapVerdict {
  let missing = 0;
  let untold = 0;
  let toldButHere = 0;
  for (const [shard, last] of seqs) {
    const lostBefore = Math.max(0, ...gaps.filter((gap) => gap.shardId === shard).map(({ nextSeq }) => nextSeq ?? 0));
    const here = new Set(got.filter(({ channel_id }) => Number(channel_id) % 4 === shard).map(({ seq }) => seq));
    for (let seq = 1; seq <= last; seq++) {
      if (!here.has(seq)) missing++;
      if (!here.has(seq) && seq >= lostBefore) untold++;
      if (here.has(seq) && seq < lostBefore) toldButHere++;
    }
  }
  return { missing, untold, toldButHere };
}

/** Whether tests that take long are wanted. */
export const LONG: boolean = process.env['SHARDGATE_LONG'] !== undefined;

/** Whether long tests are wanted; says which are left out. For `describe.skipIf(!isLong('…'))`. */
export function isLong(what: string): boolean {
  if (!LONG) console.info(`${what}: left out, since it takes long; SHARDGATE_LONG=1 runs it`);
  return LONG;
}

/** More than the tests' time limits of a second; a minute where long tests are wanted. */
export const PAUSE_MS: number = LONG ? 60_000 : 3_000;

/** Events of a test of order. */
export const MANY: number = LONG ? 100_000 : 20_000;

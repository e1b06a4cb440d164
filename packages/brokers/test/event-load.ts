import type { BrokerBed } from './broker-bed.ts';

/** Events at a steady rate over four shards and forty channels, until stopped. */
export interface EventLoad {
  /** Numbers emitted so far, by channel. */
  readonly sent: ReadonlyMap<string, number>;
  readonly total: number;
  stop(): void;
}

export function startLoad(bed: BrokerBed, perSecond = 5_000, t = 'MESSAGE_CREATE', padding = 800): EventLoad {
  const sent = new Map<string, number>();
  const startedAt = performance.now();
  const filler = 'x'.repeat(padding);
  let total = 0;
  const tick = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    for (let burst = 0; total < due && burst < 2_000; total++, burst++) {
      const channel = total % 40;
      const n = (sent.get(String(channel)) ?? 0) + 1;
      sent.set(String(channel), n);
      // Of many sizes: where one does not fit, the next may.
      bed.emit(channel % 4, t, {
        channel_id: String(channel),
        n,
        filler: filler.slice(0, (total * 7_919) % (padding + 1)),
      });
    }
  }, 5);
  return {
    sent,
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

const LONG = process.env['SHARDGATE_LONG'] !== undefined;

/** Whether long tests are wanted; says which are left out. For `describe.skipIf(!isLong('…'))`. */
export function isLong(what: string): boolean {
  if (!LONG) console.info(`${what}: left out, since it takes long; SHARDGATE_LONG=1 runs it`);
  return LONG;
}

/** More than the tests' time limits of a second; a minute where long tests are wanted. */
export const PAUSE_MS: number = LONG ? 60_000 : 3_000;

/** Events of a test of order. */
export const MANY: number = LONG ? 100_000 : 20_000;

import type { DispatchRecord } from './ledger.ts';

/** What a consumer says it received. */
export interface Delivery {
  readonly sessionId: string;
  readonly seq: number;
}

/** How a consumer's log differs from the ledger. */
export interface Comparison {
  /** Dispatched and not received. */
  readonly lost: readonly DispatchRecord[];
  /** Received again. */
  readonly duplicated: readonly Delivery[];
  /** Received and never dispatched. */
  readonly unknown: readonly Delivery[];
  /** Received after a later one of the same session, the first time. */
  readonly reordered: readonly Delivery[];
}

/** Compares dispatches of the ledger with a consumer's log, which is in the order of reception. */
export function compareDeliveries(dispatched: readonly DispatchRecord[], received: readonly Delivery[]): Comparison {
  const identity = ({ sessionId, seq }: Delivery): string => `${sessionId}:${seq}`;
  const expected = new Set(dispatched.map(identity));
  const seen = new Set<string>();
  const highest = new Map<string, number>();
  const duplicated: Delivery[] = [];
  const unknown: Delivery[] = [];
  const reordered: Delivery[] = [];
  for (const delivery of received) {
    const id = identity(delivery);
    if (seen.has(id)) {
      duplicated.push(delivery);
      continue;
    }
    seen.add(id);
    if (!expected.has(id)) unknown.push(delivery);
    const before = highest.get(delivery.sessionId) ?? 0;
    if (delivery.seq < before) reordered.push(delivery);
    highest.set(delivery.sessionId, Math.max(before, delivery.seq));
  }
  return { lost: dispatched.filter((record) => !seen.has(identity(record))), duplicated, unknown, reordered };
}

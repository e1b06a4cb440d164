import type { Results } from '../runner/results.ts';

const PARTS = ['memory', 'micro', 'workers', 'state', 'brokers', 'disk'] as const;

/** Results of an earlier run with the parts that were measured now in their place, each with the day on which it was. A run on another machine stands alone. */
export function mergeResults(before: Results | undefined, now: Results): Results {
  if (before === undefined || !isSameMachine(before, now)) return { ...now, dates: datesOf(now) };
  const measured = new Set(now.scenarios.map(({ id }) => id));
  const order = [...before.scenarios, ...now.scenarios].map(({ id }) => id);
  return {
    ...now,
    notes: [...new Set([...before.notes, ...now.notes])],
    versions: { ...before.versions, ...now.versions },
    scenarios: [...before.scenarios.filter(({ id }) => !measured.has(id)), ...now.scenarios].toSorted(
      (one, other) => order.indexOf(one.id) - order.indexOf(other.id),
    ),
    memory: now.memory.length > 0 ? now.memory : before.memory,
    micro: now.micro ?? before.micro,
    workers: now.workers ?? before.workers,
    state: now.state ?? before.state,
    brokers: now.brokers ?? before.brokers,
    disk: now.disk ?? before.disk,
    dates: { ...datesOf(before), ...datesOf(now) },
  };
}

function datesOf(results: Results): Readonly<Record<string, string>> {
  if (results.dates !== undefined) return results.dates;
  const parts = PARTS.filter((part) => {
    const result = results[part];
    return Array.isArray(result) ? result.length > 0 : result !== undefined;
  });
  return Object.fromEntries([...results.scenarios.map(({ id }) => id), ...parts].map((part) => [part, results.date]));
}

function isSameMachine({ machine: one }: Results, { machine: other }: Results): boolean {
  return one.cpu === other.cpu && one.cores === other.cores && one.node === other.node;
}

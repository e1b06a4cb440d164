import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import type { DeliveryFigures, SubjectMessage, SubjectOptions, SubjectOrder } from '../runner/messages.ts';

/** Called for each dispatch, with its name: all that is asked of a program's handler. */
export type OnEvent = (t: string) => void;

/** Why a program cannot do what a cell asks for: no failure, a hole in the table. */
export class Refusal extends Error {}

/** Figures that a program has of its own, for each window. */
export interface OwnFigures {
  reset(): void;
  figures(): DeliveryFigures;
}

/**
 * Runs a program as the runner wants it: `connect` connects all shards and hands every dispatch to `onEvent`. Counting and measuring are the same
 * for all programs.
 */
export function runSubject(
  connect: (options: SubjectOptions, onEvent: OnEvent) => Promise<OwnFigures | void> | void,
): void {
  const options = JSON.parse(process.argv[2] ?? '') as SubjectOptions;
  const names = new Map<string, number>();
  let readyShards = 0;
  let phase = '';
  let left = 0;
  let expected = 0;
  let startedAt = 0;
  let cpu = process.cpuUsage();
  let session: Session | undefined;
  let own: OwnFigures | undefined;

  const onEvent: OnEvent = (t) => {
    if (t === 'READY') {
      if (++readyShards === options.shards) tell({ kind: 'ready' });
      return;
    }
    if (left === expected) startedAt = performance.now();
    names.set(t, (names.get(t) ?? 0) + 1);
    if (--left === 0) measure();
  };

  function measure(): void {
    const { user, system } = process.cpuUsage(cpu);
    const wallMs = performance.now() - startedAt;
    const rssBytes = process.memoryUsage.rss();
    const peakRssBytes = process.resourceUsage().maxRSS * 1_024;
    void stopProfile().then(() =>
      tell({
        kind: 'measured',
        cpuMs: (user + system) / 1_000,
        wallMs,
        rssBytes,
        peakRssBytes,
        ...(own === undefined ? {} : { delivery: own.figures() }),
      }),
    );
  }

  async function arm(events: number): Promise<void> {
    // Nothing is collected here: a collection that is asked for gives V8 a limit for its heap that it would not have chosen, and for the rest of the
    // run it collects everything every 100 ms.
    if (options.profileTo !== undefined && (phase === 'paced' || phase === 'burst')) await startProfile();
    own?.reset();
    left = expected = events;
    cpu = process.cpuUsage();
    tell({ kind: 'armed' });
  }

  async function startProfile(): Promise<void> {
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
  }

  async function stopProfile(): Promise<void> {
    const { profileTo } = options;
    if (session === undefined || profileTo === undefined) return;
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    session = undefined;
    mkdirSync(profileTo, { recursive: true });
    writeFileSync(join(profileTo, `${phase}.cpuprofile`), JSON.stringify(profile));
  }

  async function rest(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    tell({ kind: 'rested', rssBytes: process.memoryUsage.rss() });
  }

  process.on('message', (order: SubjectOrder) => {
    if (order.kind === 'names') tell({ kind: 'names', names: Object.fromEntries(names) });
    else if (order.kind === 'rest') void rest();
    else {
      phase = order.phase;
      void arm(order.events);
    }
  });
  process.on('disconnect', () => process.exit());
  Promise.resolve()
    .then(() => connect(options, onEvent))
    .then((figures) => void (own = figures ?? undefined))
    .catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      tell({ kind: 'refused', reason: error.message });
    });
}

function tell(message: SubjectMessage): void {
  process.send?.(message);
}

/** Bits of every intent; peers want a number. */
export const INTENTS = 53_608_447;

/** No real token: the source takes any. */
export const TOKEN = 'bench-token';

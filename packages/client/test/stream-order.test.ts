import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyedRunner } from '../src/stream/keyed-runner.ts';
import { LaneProgress } from '../src/stream/lane-progress.ts';

describe('the progress of a lane', () => {
  it('is up to the first event that is not done, in whatever order they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(), fc.boolean()), { maxLength: 60 }),
        (steps) => {
          const progress = new LaneProgress('0/1', 1);
          const open: number[] = [];
          const begun: number[] = [];
          const done = new Set<number>();
          let last = 0;
          const expected = (): number => {
            const hole = begun.find((offset) => !done.has(offset)) ?? Infinity;
            return Math.max(-1, ...begun.filter((offset) => offset < hole));
          };
          for (const [gap, pick, isNew] of steps) {
            if (isNew) {
              last += gap;
              expect(progress.begin(last)).toBe('new');
              begun.push(last);
              open.push(last);
            } else if (open.length > 0) {
              const before = expected();
              const [offset = 0] = open.splice(pick % open.length, 1);
              done.add(offset);
              expect(progress.finish(offset)).toBe(expected() > before);
            }
            expect(progress.doneOffset).toBe(expected());
            expect(progress.pending).toBe(open.length);
            for (const offset of begun) expect(progress.begin(offset)).toBe(offset <= expected() ? 'done' : 'pending');
          }
        },
      ),
    );
  });
});

interface Started {
  readonly key: string;
  readonly n: number;
  finish(): void;
}

describe('a keyed runner', () => {
  it('runs each key in order, never one beside itself, never more than the limit, and everything in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'finish', 'drop'), fc.nat(), fc.boolean()), {
          maxLength: 60,
        }),
        async (limit, steps) => {
          const runner = createKeyedRunner(limit);
          const running: Started[] = [];
          const started: [string, number][] = [];
          const unwanted = new Set<number>();
          const order = new Map<string, number[]>();
          let n = 0;
          for (const [what, pick, isSync] of steps) {
            if (what === 'finish') {
              running.splice(pick % Math.max(1, running.length), 1)[0]?.finish();
            } else if (what === 'drop') {
              const from = pick % Math.max(1, n);
              for (let each = from; each < n; each++) unwanted.add(each);
              runner.prune();
            } else {
              const own = n++;
              order.set(what, [...(order.get(what) ?? []), own]);
              runner.add(what, {
                isWanted: () => !unwanted.has(own),
                run() {
                  expect(running.every(({ key }) => key !== what)).toBe(true);
                  started.push([what, own]);
                  if (isSync) return undefined;
                  return new Promise((resolve) => running.push({ key: what, n: own, finish: resolve }));
                },
              });
            }
            await Promise.resolve();
            await Promise.resolve();
            expect(running.length).toBeLessThanOrEqual(limit);
            expect(runner.running).toBe(running.length);
          }
          const idle = runner.idle();
          while (running.length > 0) {
            running.shift()?.finish();
            await Promise.resolve();
            await Promise.resolve();
          }
          await idle;
          expect([runner.running, runner.waiting]).toEqual([0, 0]);
          const startedNs = new Set(started.map(([, own]) => own));
          for (const [key, all] of order) {
            const ran = started.filter(([of]) => of === key).map(([, own]) => own);
            expect(ran).toEqual(all.filter((own) => startedNs.has(own)));
            expect(all.filter((own) => !startedNs.has(own)).every((own) => unwanted.has(own))).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

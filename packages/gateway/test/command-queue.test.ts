import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCommandQueue } from '../src/shard/command-queue.ts';
import type { CommandQueue, QueuedCommand } from '../src/shard/command-queue.ts';

const PRESENCE = 3;

/** Commands that note what becomes of them. */
function bed(limit?: number) {
  const queue = createCommandQueue(limit === undefined ? {} : { limit });
  const fates: string[] = [];
  const command = (text: string, parts: Partial<QueuedCommand> = {}): QueuedCommand => ({
    op: 8,
    frame: text,
    highPriority: false,
    resolve: () => void fates.push(`${text} sent`),
    reject: (error) => void fates.push(`${text} ${'code' in error ? String(error.code) : error.message}`),
    ...parts,
  });
  const enqueue = (text: string, parts?: Partial<QueuedCommand>): boolean => queue.enqueue(command(text, parts));
  return { queue, fates, enqueue };
}

/** Takes and sends whatever may go now. */
function drain(queue: CommandQueue, now: number): string[] {
  const sent: string[] = [];
  for (let next = queue.next(now); next !== undefined && 'entry' in next; next = queue.next(now)) {
    sent.push(String(next.entry.frame));
    next.entry.resolve();
  }
  return sent;
}

describe('the order of commands', () => {
  test('is high priority first, first come first served otherwise', () => {
    const { queue, enqueue } = bed();
    for (const text of ['a', 'b']) enqueue(text);
    for (const text of ['A', 'B']) enqueue(text, { highPriority: true });
    expect(drain(queue, 0)).toEqual(['A', 'B', 'a', 'b']);
    expect([queue.next(0), queue.size]).toEqual([undefined, 0]);
  });

  test('leaves settling to whoever sends', () => {
    const { queue, fates, enqueue } = bed();
    enqueue('a', { d: { guild_id: '1' } });
    const next = queue.next(0);
    expect(next).toMatchObject({ entry: { op: 8, frame: 'a', d: { guild_id: '1' } } });
    expect(fates).toEqual([]);
  });
});

describe('presence updates', () => {
  test('wait after five in 20 seconds and the slack, and hold nothing else up', () => {
    const { queue, enqueue } = bed();
    for (let n = 0; n < 5; n += 1) {
      enqueue(`p${n}`, { op: PRESENCE });
      expect(drain(queue, n * 1_000)).toEqual([`p${n}`]);
    }
    enqueue('p5', { op: PRESENCE, highPriority: true });
    enqueue('a');
    expect(drain(queue, 5_000)).toEqual(['a']);
    expect(queue.next(5_000)).toEqual({ waitMs: 16_000 });
    expect(drain(queue, 21_000)).toEqual(['p5']);
  });

  test('that wait give way to the newest, and settle with it', () => {
    const { queue, fates, enqueue } = bed();
    enqueue('p1', { op: PRESENCE });
    enqueue('a');
    enqueue('p2', { op: PRESENCE });
    enqueue('p3', { op: PRESENCE });
    expect(queue.size).toBe(4);
    expect(drain(queue, 0)).toEqual(['p3', 'a']);
    expect(fates).toEqual(['p1 sent', 'p2 sent', 'p3 sent', 'a sent']);
    expect(queue.size).toBe(0);
  });

  test('of high priority pull the place of the one they replace forward, others keep it', () => {
    const { queue, enqueue } = bed();
    enqueue('A', { highPriority: true });
    enqueue('a');
    enqueue('p1', { op: PRESENCE });
    enqueue('p2', { op: PRESENCE, highPriority: true });
    enqueue('p3', { op: PRESENCE });
    expect(drain(queue, 0)).toEqual(['A', 'p3', 'a']);
  });

  test('that were replaced count as waiting, so a flood of them is bounded', () => {
    const { queue, fates, enqueue } = bed(3);
    for (const text of ['p1', 'p2', 'p3']) expect(enqueue(text, { op: PRESENCE })).toBe(true);
    expect(enqueue('p4', { op: PRESENCE })).toBe(false);
    expect(fates).toEqual(['p4 queueFull']);
    expect(drain(queue, 0)).toEqual(['p3']);
  });

  test('start at zero on a new connection', () => {
    const { queue, enqueue } = bed();
    for (let n = 0; n < 5; n += 1) {
      enqueue('p', { op: PRESENCE });
      drain(queue, 0);
    }
    enqueue('p', { op: PRESENCE });
    expect(queue.next(0)).toEqual({ waitMs: 21_000 });
    queue.reset();
    expect(drain(queue, 0)).toEqual(['p']);
  });
});

describe('commands that cannot be sent', () => {
  test('are refused with queueFull when the queue is full, and fit again later', () => {
    const { queue, fates, enqueue } = bed(2);
    expect([enqueue('a'), enqueue('b'), enqueue('c', { highPriority: true })]).toEqual([true, true, false]);
    expect(fates).toEqual(['c queueFull']);
    queue.next(0);
    expect(enqueue('d')).toBe(true);
  });

  test('are rejected with expired wherever they stand, and are not sent', () => {
    const { queue, fates, enqueue } = bed();
    enqueue('a', { expiresAt: 1_000 });
    enqueue('b');
    enqueue('c', { expiresAt: 999, highPriority: true });
    enqueue('d', { expiresAt: 1_001 });
    expect(drain(queue, 1_000)).toEqual(['b', 'd']);
    expect(fates.toSorted()).toEqual(['a expired', 'b sent', 'c expired', 'd sent']);
    expect(queue.size).toBe(0);
  });

  test('expire in time when they wait for the presence limit', () => {
    const { queue, fates, enqueue } = bed();
    for (let n = 0; n < 5; n += 1) {
      enqueue('p', { op: PRESENCE });
      drain(queue, 0);
    }
    enqueue('old', { op: PRESENCE });
    enqueue('new', { op: PRESENCE, expiresAt: 3_000 });
    expect(queue.next(0)).toEqual({ waitMs: 3_000 });
    expect(queue.next(3_000)).toBeUndefined();
    expect(fates.slice(5)).toEqual(['old expired', 'new expired']);
  });

  test('are all rejected together when the queue is given up', () => {
    const { queue, fates, enqueue } = bed();
    enqueue('a');
    enqueue('p1', { op: PRESENCE });
    enqueue('p2', { op: PRESENCE });
    enqueue('A', { highPriority: true });
    queue.rejectAll(new Error('stopped'));
    expect(fates.toSorted()).toEqual(['A stopped', 'a stopped', 'p1 stopped', 'p2 stopped']);
    expect([queue.size, queue.next(0)]).toEqual([0, undefined]);
  });
});

test('under any use every command settles exactly once, sizes agree, and no 20 seconds see more than five presences', () => {
  const step = fc.record({
    frame: fc.constant('x'),
    op: fc.constantFrom(PRESENCE, 8),
    highPriority: fc.boolean(),
    lifeMs: fc.option(fc.nat({ max: 30_000 }), { nil: undefined }),
    pauseMs: fc.nat({ max: 4_000 }),
    takes: fc.nat({ max: 2 }),
  });
  const law = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const { queue, fates, enqueue } = bed(10);
    const presences: number[] = [];
    let now = 0;
    let enqueued = 0;
    for (const { op, highPriority, lifeMs, pauseMs, takes } of steps) {
      now += pauseMs;
      enqueue(String((enqueued += 1)), {
        op,
        highPriority,
        ...(lifeMs === undefined ? {} : { expiresAt: now + lifeMs }),
      });
      for (let n = 0; n < takes; n += 1) {
        const next = queue.next(now);
        if (next === undefined || !('entry' in next)) break;
        next.entry.resolve();
        if (next.entry.op === PRESENCE) presences.push(now);
      }
      expect(queue.size).toBe(enqueued - fates.length);
      expect(queue.size).toBeLessThanOrEqual(10);
    }
    queue.rejectAll(new Error('stopped'));
    expect(fates.map((fate) => Number.parseInt(fate, 10)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: enqueued }, (_, n) => n + 1),
    );
    for (const start of presences)
      expect(presences.filter((time) => time >= start && time < start + 20_000).length).toBeLessThanOrEqual(5);
  });
  fc.assert(law, { numRuns: 300 });
});

test('a wrong limit is refused at creation', () => {
  expect(() => createCommandQueue({ limit: 0 })).toThrow('option limit: expected a whole number of 1 or more, got 0');
});

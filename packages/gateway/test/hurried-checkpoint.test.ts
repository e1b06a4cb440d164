import { describe, expect, it } from 'vitest';
import type { SessionStore } from '../src/index.ts';
import { createTestBed, type TestBed } from './test-bed.ts';

interface RecordingStore extends SessionStore {
  /** Sequence numbers in the order in which they came. */
  readonly saved: number[];
  fails: boolean;
}

function createRecordingStore(): RecordingStore {
  const store: RecordingStore = {
    saved: [],
    fails: false,
    load: async () => [],
    save: async (checkpoints) => {
      for (const { seq } of checkpoints) store.saved.push(seq);
      if (store.fails) throw new Error('the disk is full');
    },
    remove: async () => {},
  };
  return store;
}

async function readyBed(
  options: Parameters<typeof createTestBed>[0],
): Promise<{ bed: TestBed; store: RecordingStore }> {
  const store = createRecordingStore();
  const bed = createTestBed({ sessionStore: store, checkpointInterval: 1_000, checkpointEvents: 10, ...options });
  await bed.ready();
  // READY is stored at once.
  expect(store.saved).toEqual([1]);
  await bed.clock.advance(50);
  return { bed, store };
}

const dispatch = (bed: TestBed, count: number): void => {
  for (let event = 0; event < count; event++) bed.dispatch('TYPING_START');
};

describe('a checkpoint', () => {
  it('does not wait for its interval once checkpointEvents are settled', async () => {
    const { bed, store } = await readyBed({});
    dispatch(bed, 9);
    await bed.clock.advance(100);
    expect(store.saved).toEqual([1]);
    dispatch(bed, 1);
    await bed.clock.advance(1);
    expect(store.saved).toEqual([1, 11]);
  });

  it('leaves 20 ms between two writes', async () => {
    const { bed, store } = await readyBed({});
    for (let millisecond = 0; millisecond < 100; millisecond++) {
      dispatch(bed, 10);
      await bed.clock.advance(1);
    }
    expect(store.saved.length).toBeGreaterThanOrEqual(1 + 4);
    expect(store.saved.length).toBeLessThanOrEqual(1 + 6);
    await bed.clock.advance(20);
    expect(store.saved.at(-1)).toBe(1_001);
  });

  it('gives a slow store as much rest as it took', async () => {
    const { bed, store } = await readyBed({});
    let underWay = 0;
    const started: number[] = [];
    const ended: number[] = [];
    store.save = async () => {
      expect(++underWay).toBe(1);
      started.push(bed.clock.now());
      await new Promise<void>((resolve) => void bed.clock.setTimer(resolve, 100));
      ended.push(bed.clock.now());
      underWay--;
    };
    for (let step = 0; step < 80; step++) {
      dispatch(bed, 10);
      await bed.clock.advance(10);
    }
    expect(started.length).toBeGreaterThanOrEqual(4);
    for (const [index, at] of started.slice(1).entries()) expect(at - (ended[index] ?? 0)).toBeGreaterThanOrEqual(100);
  });

  it('follows a write during which much was settled, though nothing comes after it', async () => {
    const { bed, store } = await readyBed({});
    const { save } = store;
    store.save = async (checkpoints) => {
      await new Promise<void>((resolve) => void bed.clock.setTimer(resolve, 100));
      await save(checkpoints);
    };
    dispatch(bed, 10);
    await bed.clock.advance(50);
    dispatch(bed, 30);
    await bed.clock.advance(300);
    expect(store.saved).toEqual([1, 11, 41]);
  });

  it('counts what is settled and not what was received', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { bed, store } = await readyBed({ handleDiscordPayload: (_gateway, { s }) => (s === 2 ? held : undefined) });
    dispatch(bed, 30);
    await bed.clock.advance(100);
    expect(store.saved).toEqual([1]);
    release();
    await bed.clock.advance(1);
    expect(store.saved).toEqual([1, 31]);
  });

  it('waits for its interval while the store refuses', async () => {
    const { bed, store } = await readyBed({});
    store.fails = true;
    for (let round = 0; round < 5; round++) {
      dispatch(bed, 10);
      await bed.clock.advance(30);
    }
    expect(store.saved).toHaveLength(2);
    expect(bed.reported.filter(([name]) => name === 'storeError')).toHaveLength(1);
    store.fails = false;
    await bed.clock.advance(1_000);
    expect(store.saved.at(-1)).toBe(51);
    dispatch(bed, 10);
    await bed.clock.advance(30);
    expect(store.saved.at(-1)).toBe(61);
  });

  it('is not begun any more by a gateway that has stopped', async () => {
    const { bed, store } = await readyBed({});
    dispatch(bed, 10);
    const stopped = bed.gateway.stopGateway(bed.gateway);
    await bed.clock.advance(100);
    await stopped;
    const { length } = store.saved;
    await bed.clock.advance(2_000);
    expect(store.saved).toHaveLength(length);
    expect(store.saved.at(-1)).toBe(11);
  });
});

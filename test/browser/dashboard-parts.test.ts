import { describe, expect, it } from 'vitest';
import { createEventStreamReader } from '../../packages/shardgate/dashboard/live/event-stream.ts';
import { atStart, type LiveState, withPast, withSnapshot } from '../../packages/shardgate/dashboard/live/state.ts';
import { inOrder, orderByRate } from '../../packages/shardgate/dashboard/panels/event-type-order.ts';
import { sinkSummaries, worstLanes } from '../../packages/shardgate/dashboard/panels/sink-summary.ts';
import { nextCell } from '../../packages/shardgate/dashboard/shards/next-cell.ts';
import { shardNumber } from '../../packages/shardgate/dashboard/shards/shard-number.ts';
import { headlineOf } from '../../packages/shardgate/dashboard/view/headline-sentence.ts';
import { bytes, duration } from '../../packages/shardgate/dashboard/format.ts';
import { createDemoWorld } from './demo-world.ts';

const STARTED = 1_700_000_000_000;

/** The page's state after so many seconds of a made-up service. */
function after(
  seconds: number,
  change: (world: ReturnType<typeof createDemoWorld>) => void = () => undefined,
): LiveState {
  const world = createDemoWorld(8, STARTED, 8);
  for (let second = 1; second <= seconds; second += 1) world.tick(STARTED + second * 1_000);
  change(world);
  return { ...withSnapshot(atStart, world.snapshot()), link: { kind: 'live' } };
}

describe('the stream reader', () => {
  const text =
    ': hello\n\nevent: snapshot\ndata: {"a":1}\n\nevent: incident\r\ndata: one\r\ndata: two\r\n\r\nid: 4\n\n';

  it('gives the same events however the text is cut', () => {
    const expected = [
      { event: 'snapshot', data: '{"a":1}' },
      { event: 'incident', data: 'one\ntwo' },
    ];
    for (let size = 1; size <= text.length; size += 1) {
      const read = createEventStreamReader();
      const events = [];
      for (let at = 0; at < text.length; at += size) events.push(...read(text.slice(at, at + size)));
      expect(events, `in pieces of ${size}`).toEqual(expected);
    }
  });
});

describe('the state', () => {
  it('keeps the grid as long as no shard changes its condition, and every cell that stays', () => {
    const world = createDemoWorld(3, STARTED, 3);
    for (let second = 1; second <= 5; second += 1) world.tick(STARTED + second * 1_000);
    const before = withSnapshot(atStart, world.snapshot());
    world.tick(STARTED + 6_000);
    const same = withSnapshot(before, world.snapshot());
    expect(same.grid).toBe(before.grid);
    world.lose(1, 'a test');
    const other = withSnapshot(same, world.snapshot());
    expect(other.grid.map((cell, index) => cell === before.grid[index])).toEqual([true, false, true]);
  });

  it('puts the past before what came in while it was read, nothing twice', () => {
    const world = createDemoWorld(2, STARTED);
    world.tick(STARTED + 1_000);
    world.tick(STARTED + 2_000);
    const past = [...world.history];
    const early = withSnapshot(atStart, world.snapshot());
    world.tick(STARTED + 3_000);
    const state = withPast(withSnapshot(early, world.snapshot()), past, []);
    expect(state.history.map(({ at }) => at - STARTED)).toEqual([1_000, 2_000, 3_000]);
    expect(withSnapshot(state, world.snapshot()).history).toHaveLength(3);
  });
});

describe('the headline', () => {
  it('says that all is well', () => {
    const { tone, state, figures } = headlineOf(after(5));
    expect([tone, state, figures[1]]).toEqual(['good', 'All 8 shards are ready', 'nothing waits']);
  });

  it('says how far a start is', () => {
    const { tone, state, figures } = headlineOf(after(1));
    expect([tone, state]).toEqual(['busy', '0 of 8 shards ready']);
    expect(figures[0]).toMatch(/^(all in about|8 on the way)/);
  });

  it('says what somebody has to see to before anything else', () => {
    const failed = after(5, ({ shards }) => Object.assign(shards[3] ?? {}, { condition: 'failed' }));
    expect(headlineOf(failed)).toMatchObject({ tone: 'bad', state: '1 shard has failed and will not try again' });
    const { snapshot } = failed;
    if (!snapshot) throw new Error('no snapshot');
    const refused = { ...failed, snapshot: { ...snapshot, budget: { ...snapshot.budget, tokenRejected: true } } };
    expect(headlineOf(refused).state).toBe('Discord refuses the bot’s token');
    expect(headlineOf({ ...refused, link: { kind: 'lost', why: 'gone', retryAt: 0 } }).state).toContain('No news');
  });

  it('names a paused sink and what waits for it', () => {
    const { tone, figures } = headlineOf(
      after(5, (world) => {
        world.pausedSinks.add('bot');
        world.tick(STARTED + 6_000);
      }),
    );
    expect(tone).toBe('busy');
    expect(figures.join(' · ')).toMatch(/^bot paused · .* events wait$/);
  });
});

describe('the parts of the page', () => {
  it('find a shard by its number and by a guild on it', () => {
    expect(shardNumber(' 12 ', 64)).toBe(12);
    expect(shardNumber(String(197_038_439_483_310_086n), 64)).toBe(Number((197_038_439_483_310_086n >> 22n) % 64n));
    expect([shardNumber('', 64), shardNumber('x', 64), shardNumber('-1', 64)]).toEqual([null, null, null]);
  });

  it('move in the grid and never out of it', () => {
    expect(['ArrowDown', 'ArrowLeft', 'Home', 'End', 'a'].map((key) => nextCell(key, 5, 12, 4))).toEqual([
      9,
      4,
      0,
      11,
      undefined,
    ]);
    expect(nextCell('ArrowDown', 9, 12, 4)).toBeUndefined();
    expect(nextCell('ArrowLeft', 0, 12, 4)).toBeUndefined();
    expect(nextCell('PageDown', 5, 12, 4)).toBe(11);
    expect(nextCell('PageUp', 5, 12, 4)).toBe(1);
  });

  it('hold the order of the event types; new ones come last', () => {
    const rate = (type: string, perSecond: number) => ({ type, perSecond, count: 0 });
    const order = orderByRate([rate('A', 1), rate('B', 9)]);
    expect(inOrder([rate('A', 99), rate('C', 999), rate('B', 0)], order).map(({ type }) => type)).toEqual([
      'B',
      'A',
      'C',
    ]);
  });

  it('sum the lanes of a sink and show the worst first', () => {
    const delivery = after(5).snapshot?.delivery;
    const lane = delivery?.lanes[0];
    if (!delivery || !lane) throw new Error('no lanes');
    const lanes = [lane, { ...lane, shardId: 1, lag: 7, state: 'retrying' as const }];
    const [sink] = sinkSummaries({ ...delivery, lanes }, []);
    expect(sink).toMatchObject({ state: 'retrying', lag: 7, delivered: 2 * lane.delivered });
    expect(worstLanes(lanes, 1).map(({ shardId }) => shardId)).toEqual([1]);
    expect(sinkSummaries({ ...delivery, lanes }, ['bot'])[0]?.state).toBe('paused');
  });

  it('write sizes and times as people read them', () => {
    expect([0, 999, 1_000, 1.3 * 2 ** 20, 480 * 2 ** 20].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 KiB',
      '1.3 MiB',
      '480 MiB',
    ]);
    expect([400, 61_000, 3_600_000, 90_000_000].map(duration)).toEqual(['0 s', '1 min 1 s', '1 h', '1 d 1 h']);
  });
});

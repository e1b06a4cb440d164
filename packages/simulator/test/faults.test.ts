import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/index.ts';
import { createBed } from './bed.ts';

describe('faults', () => {
  it('reach only the shards they are for', () => {
    const bed = createBed({ maxConcurrency: 4, guilds: 8 });
    const clients = [0, 1, 2, 3].map((id) => bed.ready({ shard: [id, 4] }));
    expect(bed.simulator.fault({ kind: 'drop', shard: [1, 3] }).hit).toBe(2);
    bed.clock.advance(50);
    expect(clients.map(({ closes }) => closes.length)).toEqual([0, 1, 0, 1]);
  });

  it('of all connections can be spread over a time', () => {
    const bed = createBed({ maxConcurrency: 20 });
    const clients = Array.from({ length: 20 }, (_, id) => bed.ready({ shard: [id, 20] }));
    bed.simulator.fault({ kind: 'drop', spreadMs: 1_000 });
    bed.clock.advance(500);
    const half = clients.filter(({ closes }) => closes.length > 0).length;
    expect(half).toBeGreaterThan(2);
    expect(half).toBeLessThan(18);
    bed.clock.advance(600);
    expect(clients.every(({ closes }) => closes.length === 1)).toBe(true);
  });

  it('can be ended one by one or all', () => {
    const bed = createBed();
    const first = bed.simulator.fault({ kind: 'withhold-ack' }).id;
    bed.simulator.fault({ kind: 'withhold-hello', forMs: 1_000, times: 3 });
    expect(bed.simulator.state().faults).toEqual([
      { id: 1, kind: 'withhold-ack', timesLeft: null, leftMs: null },
      { id: 2, kind: 'withhold-hello', timesLeft: 3, leftMs: 1_000 },
    ]);
    bed.simulator.clearFaults(first);
    expect(bed.simulator.state().faults.length).toBe(1);
    bed.simulator.clearFaults();
    expect(bed.simulator.state().faults).toEqual([]);
  });

  it('that are none are refused by name', () => {
    const { simulator } = createBed();
    const wrong =
      (fault: object): (() => unknown) =>
      () =>
        simulator.fault(fault as Fault);
    expect(wrong({ kind: 'dropp' })).toThrow('fault: there is no kind "dropp"; did you mean "drop"?');
    expect(wrong({})).toThrow(/expected an object with a "kind"/);
    expect(wrong({ kind: 'close' })).toThrow(/option "code" is missing/);
    expect(wrong({ kind: 'close', code: 99 })).toThrow(RangeError);
    expect(wrong({ kind: 'drop', times: 3 })).toThrow(/no option "times"/);
    expect(wrong({ kind: 'withhold-hello', shard: 1 })).toThrow(/no option "shard"/);
  });
});

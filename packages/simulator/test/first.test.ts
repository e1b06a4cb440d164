import { expect, it } from 'vitest';
import { createBed, sessionOf } from './bed.ts';
it('smoke', () => {
  const bed = createBed({ guilds: 5 });
  const a = bed.ready();
  bed.clock.advance(100);
  console.log(a.received.map((p) => [p.op, p.t, p.s, JSON.stringify(p).length]));
  bed.simulator.emit({ t: 'MESSAGE_CREATE' });
  a.socket.terminate();
  bed.clock.advance(100);
  const b = bed.resuming(sessionOf(a), a.seq);
  bed.clock.advance(100);
  console.log(b.received.map((p) => [p.op, p.t, p.s]), a.seq, bed.kinds(), bed.simulator.state(), bed.simulator.ledger.activity());
  expect(1).toBe(1);
});
it('speed', () => {
  const bed = createBed({ guilds: 160, eventsPerSecond: 320, maxConcurrency: 16 });
  const t = performance.now();
  const clients = Array.from({ length: 16 }, (_, i) => { const c = bed.connect(); return c; });
  bed.clock.advance(50);
  clients.forEach((c, i) => c.identify({ shard: [i, 16], intents: 53608447 }));
  bed.clock.advance(600_000);
  console.log(performance.now() - t, bed.simulator.ledger.counts(), bed.kinds());
});

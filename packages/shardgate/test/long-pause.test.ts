import { createDelivery, createUnixSink } from '@shardgate/delivery';
import { expect, it } from 'vitest';
import { createTestBed } from '../../gateway/test/test-bed.ts';
import { createLog } from '../src/log/create-log.ts';
import { createIncidentLog } from '../src/service/incident-log.ts';
import { watchAll } from '../src/service/witness.ts';

it('a shard that reads no further is an incident once that has lasted for a second, and not before', async () => {
  const release: (() => void)[] = [];
  const bed = createTestBed({
    handleDiscordPayload: () => new Promise<void>((resolve) => void release.push(resolve)),
    maxInFlight: { events: 2 },
  });
  const incidents = createIncidentLog(bed.clock);
  // The bed is made of the sources, the service of what was built.
  const gateway = bed.gateway as unknown as Parameters<typeof watchAll>[0];
  watchAll(
    gateway,
    createDelivery({ sinks: [createUnixSink({ name: 'bot', path: '/tmp/never-opened.sock' })] }),
    incidents,
    createLog({ level: 'silent', format: 'json' }),
  );
  const pauses = (): string[] => incidents.all().flatMap(({ kind, text }) => (kind === 'shardPaused' ? [text] : []));
  const end = await bed.ready();
  const handleAll = async (): Promise<void> => {
    for (const handled of release.splice(0)) handled();
    await bed.clock.advance(1);
  };
  await handleAll();
  for (let moment = 0; moment < 4; moment++) {
    bed.dispatch('TYPING_START');
    bed.dispatch('TYPING_START');
    expect(end.paused).toBe(true);
    await bed.clock.advance(700);
    await handleAll();
    expect(end.paused).toBe(false);
  }
  expect(pauses()).toEqual([]);
  bed.dispatch('TYPING_START');
  bed.dispatch('TYPING_START');
  await bed.clock.advance(999);
  expect(pauses()).toEqual([]);
  await bed.clock.advance(10_000);
  expect(pauses()).toEqual(['shard 0 has read nothing for 1.0 s: 2 events are not settled']);
});

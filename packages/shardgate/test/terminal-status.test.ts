import { expect, it } from 'vitest';
import { statusLine } from '../src/cli/terminal-status.ts';
import type { Overview } from '../src/service/service-view.ts';

function overview(shards: Partial<Overview['shards']>, rest: Partial<Overview> = {}): Overview {
  const none = { waiting: 0, connecting: 0, ready: 0, reconnecting: 0, paused: 0, failed: 0, stopped: 0 };
  return {
    version: '1.0.0',
    startedAt: 0,
    uptimeMs: 0,
    shards: { ...none, ...shards },
    shardsHere: 64,
    shardsTotal: 64,
    etaMs: 0,
    guilds: 1_250,
    unavailableGuilds: 0,
    events: 0,
    eventsPerSecond: 1_240.4,
    latencyMs: 41.6,
    rss: 128 * 2 ** 20,
    cpu: 0,
    ...rest,
  };
}

it('shows a bar and the time that is left while shards start', () => {
  const line = statusLine(overview({ ready: 16, waiting: 48 }, { etaMs: 249_001 }), 0);
  expect(line).toMatch(
    /^█{7}░{23} 16\/64 shards ready, the last in 4:10 · 1,240 events\/s · 0 waiting · 1,250 guilds · 42 ms · 128 MB$/,
  );
});

it('shows figures once all have started, trouble first', () => {
  expect(statusLine(overview({ ready: 64 }), 7)).toMatch(/^64\/64 shards ready · 1,240 events\/s · 7 waiting · /);
  expect(statusLine(overview({ ready: 60, paused: 1, reconnecting: 2, failed: 1 }, { latencyMs: null }), 0)).toBe(
    '61/64 shards ready · 1 FAILED · 2 reconnecting · 1 paused · 1,240 events/s · 0 waiting · 1,250 guilds · 128 MB',
  );
});

it('says that the number of shards is not known yet', () => {
  expect(statusLine(overview({}, { shardsHere: 0 }), 0)).toBe('asking Discord for the shard count');
});

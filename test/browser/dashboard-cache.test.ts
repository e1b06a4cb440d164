import { ENTITY_KINDS, type EntityKind } from '@shardgate/state';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type BrowserBed, seriousFindings, startBrowserBed } from './browser-bed.ts';
import { findChromium } from './chromium.ts';
import { type DemoServer, startDemoServer } from './demo-server.ts';

const chromium = await findChromium();
if ('missing' in chromium) console.warn(`The cache's panel is not tested in a browser: ${chromium.missing}.`);

/** A thousand channels, of everything else nothing. */
const objects = Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, kind === 'channel' ? 1_000 : 0])) as Record<
  EntityKind,
  number
>;
const store = {
  isReady: true,
  isStale: false,
  queuedOperations: 0,
  droppedOperations: 0,
  missingGuilds: 0,
  missingShards: [],
  detail: null,
};

describe.skipIf('missing' in chromium)('the panel of the cache', () => {
  let bed: BrowserBed;
  let server: DemoServer;

  beforeAll(async () => {
    bed = await startBrowserBed('path' in chromium ? chromium.path : '');
    server = await startDemoServer({ folder: bed.folder, shards: 4 });
  });
  afterAll(async () => {
    await server?.close();
    await bed?.end();
  });

  it(
    'shows objects by kind and a store that is behind; without a cache there is none',
    { timeout: 60_000 },
    async () => {
      const opened = await bed.open(server.url, { bypassCSP: true });
      onTestFinished(() => opened.close());
      const { page, errors } = opened;
      const panel = page.getByRole('region', { name: 'Cache' });
      await expect.poll(() => page.locator('.cell').count()).toBe(4);
      expect(await panel.count()).toBe(0);
      server.world.state = {
        stores: [
          { ...store, name: 'memory' },
          { ...store, name: 'redis', isStale: true, queuedOperations: 12 },
        ],
        waitingEvents: 3,
        applied: 10,
        operations: 20,
        failed: 0,
        objects,
        countedAt: 0,
        apiUrl: null,
      };
      await expect.poll(() => panel.textContent(), { timeout: 10_000 }).toMatch(/redis: stale, 12 changes behind/);
      expect(await panel.textContent()).toMatch(/memory: current.*Channels1,000Waiting events3Changes20$/);
      expect(await seriousFindings(page)).toEqual([]);
      expect(errors).toEqual([]);
    },
  );
});

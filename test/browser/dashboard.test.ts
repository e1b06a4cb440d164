import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type BrowserBed, type OpenPage, seriousFindings, startBrowserBed } from './browser-bed.ts';
import { findChromium } from './chromium.ts';
import type { DashboardHost } from './dashboard-host.ts';
import { startRealHost } from './real-host.ts';
import { startDemoServer } from './demo-server.ts';

const SHARDS = 64;

/** Services with 64 shards that have just been started. A real one joins by a line here. */
const HOSTS: Readonly<Record<string, (folder: string) => Promise<DashboardHost>>> = {
  'a made-up service': (folder) => startDemoServer({ folder, shards: SHARDS }),
  'a real service': () => startRealHost(SHARDS),
};

const chromium = await findChromium();
if ('missing' in chromium) console.warn(`The dashboard is not tested in a browser: ${chromium.missing}.`);

const cell = (page: Page, shardId: number): Locator => page.locator(`[data-shard="${shardId}"]`);
const readyCells = (page: Page): Locator => page.locator('.cell[data-condition="ready"]');
const headline = (page: Page): Locator => page.locator('.headline-sentence');

describe.skipIf('missing' in chromium).each(Object.entries(HOSTS))('the dashboard of %s', (_, startHost) => {
  let bed: BrowserBed;
  let host: DashboardHost;

  beforeAll(async () => {
    bed = await startBrowserBed('path' in chromium ? chromium.path : '');
    host = await startHost(bed.folder);
  });
  afterAll(async () => {
    await host?.close();
    await bed?.end();
  });

  async function open(options?: Parameters<BrowserBed['open']>[1]): Promise<OpenPage> {
    const opened = await bed.open(host.url, options);
    onTestFinished(() => opened.close());
    return opened;
  }

  async function openReady(options?: Parameters<BrowserBed['open']>[1]): Promise<OpenPage> {
    const opened = await open(options);
    await expect.poll(() => readyCells(opened.page).count(), { timeout: 60_000 }).toBe(SHARDS);
    return opened;
  }

  it('shows 64 shards going ready, from nothing of its own but this service', { timeout: 90_000 }, async () => {
    const { page, errors, requests } = await open();
    await expect.poll(() => page.locator('.cell').count()).toBe(SHARDS);
    await expect.poll(() => readyCells(page).count(), { timeout: 60_000 }).toBe(SHARDS);
    await expect.poll(() => headline(page).textContent()).toMatch(/^All 64 shards are ready · [\d,.]+ events\/s · /);
    expect(await page.title()).toContain('64/64');
    expect(requests.filter((url) => !url.startsWith(host.url))).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('a killed shard turns red, and back when it is ready again', async () => {
    const { page } = await openReady();
    const green = await colour(cell(page, 17));
    await host.kill(17);
    await expect.poll(() => cell(page, 17).getAttribute('data-condition')).toBe('reconnecting');
    const [red, other, blue] = (await colour(cell(page, 17))) as [number, number, number];
    expect(red).toBeGreaterThan(2 * Math.max(other, blue));
    expect(await headline(page).textContent()).toContain('63 of 64 shards ready');
    expect(await cell(page, 17).getAttribute('aria-label')).toBe('Shard 17, reconnecting');
    await host.revive(17);
    await expect.poll(() => readyCells(page).count(), { timeout: 15_000 }).toBe(SHARDS);
    expect(await colour(cell(page, 17))).toEqual(green);
    await expect.poll(() => page.locator('.incidents').textContent()).toMatch(/shard 17/i);
  });

  it('the charts move', async () => {
    const { page } = await openReady();
    const chart = page.getByRole('figure', { name: 'Events per second' });
    const picture = (): Promise<string> => chart.locator('canvas').evaluate((canvas: Canvas) => canvas.toDataURL());
    const pictures = new Set<string>();
    await expect.poll(async () => pictures.add(await picture()).size, { timeout: 15_000 }).toBeGreaterThan(3);
    expect(await chart.getByRole('img').getAttribute('aria-label')).toMatch(
      /^Events per second: now [\d,.]+; in the last five minutes from [\d,.]+ to [\d,.]+$/,
    );
  });

  it('the charts take the colours of a theme as soon as it is chosen', async () => {
    const { page } = await openReady({ colorScheme: 'light' });
    const canvas = page.locator('.plot canvas').first();
    const colours = (): Promise<string> =>
      canvas.evaluate((drawn: Canvas) => {
        const seen = new Set<string>();
        const { data } = drawn.getContext('2d').getImageData(0, 0, drawn.width, drawn.height);
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) seen.add(data.slice(at, at + 3).join());
        return [...seen].sort().join(' ');
      });
    // No frame, no snapshot drawn: what draws from here on is the choice.
    await page.evaluate('requestAnimationFrame = () => 0; undefined');
    const light = await colours();
    await page.getByLabel('Theme').selectOption('dark');
    expect(light).not.toBe('');
    await expect.poll(colours).not.toBe(light);
    await page.reload();
    expect(await page.locator('html').getAttribute('data-theme'), 'the choice is kept').toBe('dark');
  });

  it('an action is done only once it is confirmed', async () => {
    const { page } = await openReady();
    await cell(page, 5).click();
    const shard = page.getByRole('dialog', { name: 'Shard 5' });
    await shard.getByText('Session age').waitFor();
    const reconnects = shard.getByRole('region', { name: 'Reconnects' }).locator('tbody tr');
    const before = await reconnects.count();
    await shard.getByRole('button', { name: 'Reconnect…' }).click();
    const question = page.getByRole('alertdialog', { name: 'Reconnect shard 5?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await question.count()).toBe(0);
    await shard.getByRole('button', { name: 'Reconnect…' }).click();
    await question.getByRole('button', { name: 'Reconnect', exact: true }).click();
    await page.getByRole('status').getByText('Shard 5 is reconnecting.').waitFor();
    await expect.poll(() => reconnects.count()).toBe(before + 1);
    await expect.poll(() => reconnects.first().textContent(), { timeout: 15_000 }).toMatch(/resumed after/);
  });

  it('can be used with the keyboard alone', async () => {
    const { page } = await openReady();
    await cell(page, 0).focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowUp', 'ArrowLeft']) await page.keyboard.press(key);
    expect(await page.locator('.cell:focus').getAttribute('data-shard')).toBe('1');
    expect(await page.locator('.cell[tabindex="0"]').count(), 'one stop of the tab key').toBe(1);
    expect(await page.getByRole('tooltip').textContent()).toContain('Shard 1 ready');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Shard 1' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await page.locator('.cell:focus').getAttribute('data-shard'), 'the focus comes back').toBe('1');
    await page.keyboard.press('End');
    expect(await page.locator('.cell:focus').getAttribute('data-shard')).toBe('63');
  });

  it('the legend filters', async () => {
    const { page } = await openReady();
    await host.kill(9);
    onTestFinished(() => host.revive(9));
    await expect.poll(() => cell(page, 9).getAttribute('data-condition')).toBe('reconnecting');
    const entry = page.getByRole('button', { name: 'reconnecting 1' });
    await entry.click();
    expect(await page.locator('.cell').count()).toBe(1);
    await entry.click();
    expect(await page.locator('.cell').count()).toBe(SHARDS);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`axe finds nothing serious (${colorScheme})`, { timeout: 90_000 }, async () => {
      const { page } = await openReady({ colorScheme, bypassCSP: true });
      await host.kill(3);
      onTestFinished(() => host.revive(3));
      await expect.poll(() => cell(page, 3).getAttribute('data-condition')).toBe('reconnecting');
      expect(await seriousFindings(page)).toEqual([]);
      await cell(page, 3).click();
      await page.getByRole('dialog').getByText('Session age').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Re-identify…' }).click();
      expect(await seriousFindings(page)).toEqual([]);
    });
  }

  it('works on a phone of 360 points', async () => {
    const { page } = await openReady({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await cell(page, 12).tap();
    const box = await page.getByRole('dialog').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
  });
});

/** What is asked of a canvas in the page. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  toDataURL(): string;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}

/** What is asked of a cell in the page. */
interface Cell {
  readonly ownerDocument: {
    readonly defaultView: { getComputedStyle(cell: Cell): { readonly borderTopColor: string } };
  };
}

/** Red, green and blue of the cell's border, which has the colour of its condition. */
async function colour(of: Locator): Promise<number[]> {
  const css = await of.evaluate((cell: Cell) => cell.ownerDocument.defaultView.getComputedStyle(cell).borderTopColor);
  return (css.match(/\d+/g) ?? []).map(Number);
}

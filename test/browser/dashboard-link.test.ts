import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type BrowserBed, DOCS_PICTURES, type OpenPage, PICTURES, startBrowserBed } from './browser-bed.ts';
import { findChromium } from './chromium.ts';
import { type DemoServer, startDemoServer } from './demo-server.ts';

const chromium = await findChromium();
if ('missing' in chromium) console.warn(`The dashboard is not tested in a browser: ${chromium.missing}.`);

describe.skipIf('missing' in chromium)('the dashboard', () => {
  let bed: BrowserBed;

  beforeAll(async () => {
    bed = await startBrowserBed('path' in chromium ? chromium.path : '');
  });
  afterAll(() => bed?.end());

  async function serve(options: { shards: number; secretKey?: string; past?: number }): Promise<DemoServer> {
    const server = await startDemoServer({ folder: bed.folder, past: 400, ...options });
    onTestFinished(() => server.close());
    return server;
  }

  async function open(server: DemoServer, options?: Parameters<BrowserBed['open']>[1]): Promise<OpenPage> {
    const opened = await bed.open(server.url, options);
    onTestFinished(() => opened.close());
    return opened;
  }

  it('says that the service is away, and goes on by itself when it is back', async () => {
    const server = await serve({ shards: 4 });
    const { page } = await open(server);
    await page.locator('.link[data-link="live"]').waitFor();
    server.setAway(true);
    await page.getByText('No news from the service').first().waitFor();
    expect(await page.locator('.headline').getAttribute('data-tone')).toBe('bad');
    await page.getByText('the service is starting').first().waitFor();
    expect(await page.locator('.retry').textContent()).toMatch(/Next try in \d+ s/);
    server.setAway(false);
    await page.locator('.link[data-link="live"]').waitFor();
    expect(await page.locator('.headline').getAttribute('data-tone')).toBe('good');
  });

  it('asks for the key, says when it is wrong, and keeps the right one in the tab and out of every address', async () => {
    const server = await serve({ shards: 4, secretKey: 'correct horse' });
    const { page, requests } = await open(server);
    const field = page.getByLabel('Secret key');
    await field.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That was not the key.').waitFor();
    await page.getByLabel('Secret key').fill('correct horse');
    await page.keyboard.press('Enter');
    await page.locator('.link[data-link="live"]').waitFor();
    await page.reload();
    await page.locator('.link[data-link="live"]').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(requests.filter((url) => /horse/.test(url))).toEqual([]);
    expect(await page.evaluate('JSON.stringify(localStorage) + document.cookie')).not.toContain('horse');
  });

  it('sinks are paused and resumed and the log level is set, each as the service wants to be asked', async () => {
    const server = await serve({ shards: 4 });
    const { page } = await open(server);
    await page.getByRole('button', { name: 'Pause analytics' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume analytics' }).waitFor();
    await expect.poll(() => page.locator('.headline-sentence').textContent()).toContain('analytics paused');
    await page.getByRole('button', { name: 'Resume analytics' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause analytics' }).waitFor();
    await page.getByLabel('Log level').selectOption('debug');
    expect(await page.getByLabel('Log level').inputValue(), 'not before it is confirmed').toBe('info');
    await page.getByRole('button', { name: 'Set log level' }).click();
    await expect.poll(() => page.getByLabel('Log level').inputValue()).toBe('debug');
    await page.locator('[data-shard="2"]').click();
    await page.getByRole('button', { name: 'Re-identify…' }).click();
    await page.getByRole('button', { name: 'Re-identify', exact: true }).click();
    await expect
      .poll(() => server.done)
      .toEqual([
        'POST /api/sinks/analytics/pause {}',
        'POST /api/sinks/analytics/resume {}',
        'PUT /api/log-level {"level":"debug"}',
        'POST /api/shards/2/reidentify {"confirm":true}',
      ]);
  });

  it('of 1,000 shards draws only the one that changed, and leads to it by number and by guild', async () => {
    const server = await serve({ shards: 1_000 });
    const { page, errors } = await open(server);
    await expect.poll(() => page.locator('.cell').count()).toBe(1_000);
    await page.evaluate(`
      changed = new Set();
      new MutationObserver((seen) => seen.forEach(({ target }) => changed.add(target.dataset.shard ?? target.className)))
        .observe(document.querySelector('.grid'), { attributes: true, childList: true, subtree: true, characterData: true });
    `);
    await server.kill(777);
    await page.locator('[data-shard="777"][data-condition="reconnecting"]').waitFor();
    expect(await page.evaluate('[...changed]')).toEqual(['777']);
    const search = page.getByPlaceholder('Shard or guild id');
    await search.fill('777');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Shard 777' }).waitFor();
    await page.keyboard.press('Escape');
    await search.fill(String((5_000_000_321n << 22n) + 99n));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Shard 321' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('does not move what stands below while it fills', async () => {
    const server = await serve({ shards: 64, past: 0 });
    const { page } = await open(server);
    await page.locator('.cell').first().waitFor();
    await page.evaluate(`
      shift = 0;
      new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (shift += value)))
        .observe({ type: 'layout-shift' });
    `);
    await expect.poll(() => page.locator('.cell[data-condition="ready"]').count(), { timeout: 15_000 }).toBe(64);
    expect(await page.evaluate('shift')).toBeLessThan(0.05);
  });

  for (const shards of [4, 64, 1_000]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`is pictured with ${shards} shards, ${colorScheme}`, async () => {
        const server = await serve({ shards });
        const { page } = await open(server, { colorScheme, viewport: { width: 1280, height: 900 } });
        await page.locator('.link[data-link="live"]').waitFor();
        await server.kill(Math.floor(shards * 0.7));
        await page.locator('.cell[data-condition="reconnecting"]').waitFor();
        await page.screenshot({ path: join(PICTURES, `dashboard-${shards}-${colorScheme}.png`), fullPage: true });
        if (shards !== 64 || !process.env['SHARDGATE_DOCS_PICTURES']) return;
        mkdirSync(DOCS_PICTURES, { recursive: true });
        const path = join(DOCS_PICTURES, `dashboard-${colorScheme}.png`);
        await page.screenshot({ path });
        expect(statSync(path).size, 'bytes of the picture').toBeLessThan(150 * 1024);
      });
    }
  }
});

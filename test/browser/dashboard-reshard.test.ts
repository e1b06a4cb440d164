import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type BrowserBed, seriousFindings, startBrowserBed } from './browser-bed.ts';
import { findChromium } from './chromium.ts';
import type { DashboardHost } from './dashboard-host.ts';
import { startRealHost } from './real-host.ts';

const chromium = await findChromium();
if ('missing' in chromium) console.warn(`Resharding is not tested in a browser: ${chromium.missing}.`);

describe.skipIf('missing' in chromium)('resharding from the dashboard', () => {
  let bed: BrowserBed;
  let host: DashboardHost;

  beforeAll(async () => {
    bed = await startBrowserBed('path' in chromium ? chromium.path : '');
    host = await startRealHost(4);
  });
  afterAll(async () => {
    await host?.close();
    await bed?.end();
  });

  async function openReady(shards: number): Promise<{ page: Page; panel: Locator; errors: readonly string[] }> {
    const opened = await bed.open(host.url, { bypassCSP: true });
    onTestFinished(() => opened.close());
    const { page, errors } = opened;
    await expect.poll(() => readyCells(page).count(), { timeout: 30_000 }).toBe(shards);
    return { page, errors, panel: page.getByRole('region', { name: 'Shard count' }) };
  }

  it(
    'is begun only once it is confirmed, shows how far it is, and ends in as many shards',
    { timeout: 120_000 },
    async () => {
      const { page, panel, errors } = await openReady(4);
      await expect.poll(() => panel.textContent()).toMatch(/4 shards, [\d.]+ % full/);
      await panel.getByLabel('New count').fill('6');
      await panel.getByRole('button', { name: 'Reshard…' }).click();
      const question = page.getByRole('alertdialog', { name: 'Reshard from 4 to 6 shards?' });
      expect(await question.textContent()).toMatch(/This spends 6 identifies of the [\d,]+ that are left/);
      await question.getByRole('button', { name: 'Cancel' }).click();
      expect(await question.count()).toBe(0);
      expect(await panel.textContent()).toContain('none since the start');

      await panel.getByRole('button', { name: 'Reshard…' }).click();
      await question.getByRole('button', { name: 'Reshard', exact: true }).click();
      await panel.getByText('4 → 6 shards:').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await expect.poll(() => panel.textContent(), { timeout: 80_000 }).toMatch(/4 → 6 done at .+ after/);
      await expect.poll(() => readyCells(page).count()).toBe(6);
      await expect.poll(() => page.locator('.headline-sentence').textContent()).toContain('All 6 shards are ready');
      await expect.poll(() => page.locator('.incidents').textContent()).toContain('6 shards have taken over from 4');
      expect(errors).toEqual([]);
    },
  );

  it('can be given up, and says so', { timeout: 120_000 }, async () => {
    const { page, panel } = await openReady(6);
    // The new shards get no connection.
    await host.kill(0);
    onTestFinished(() => host.revive(0));
    await panel.getByLabel('New count').fill('9');
    await panel.getByRole('button', { name: 'Reshard…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Reshard', exact: true }).click();
    await panel.getByText('0 of 9 new shards ready').waitFor();
    await panel.getByRole('button', { name: 'Give up…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Give it up' }).click();
    await panel.getByText(/6 → 9 given up at .*: an operator gave it up/).waitFor();
    await host.revive(0);
    await expect.poll(() => readyCells(page).count(), { timeout: 20_000 }).toBe(6);
  });
});

const readyCells = (page: Page): Locator => page.locator('.cell[data-condition="ready"]');

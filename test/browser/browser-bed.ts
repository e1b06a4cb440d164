import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Pictures that a run leaves; ignored by git. */
export const PICTURES: string = join(root, 'test-output');
/** Pictures that the pages of `docs/` show. */
export const DOCS_PICTURES: string = join(root, 'docs/images');

/** Chromium and a freshly built dashboard. */
export interface BrowserBed {
  /** The built dashboard. */
  readonly folder: string;
  open(url: string, options?: BrowserContextOptions): Promise<OpenPage>;
  end(): Promise<void>;
}

/** A page, with what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of scripts and of the console, the content security policy's among them. */
  readonly errors: readonly string[];
  /** Every address that was asked for. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export async function startBrowserBed(executablePath: string): Promise<BrowserBed> {
  const folder = mkdtempSync(join(tmpdir(), 'shardgate-dashboard-'));
  execFileSync(process.execPath, [join(root, 'packages/shardgate/dashboard/build.mjs'), folder], { timeout: 60_000 });
  mkdirSync(PICTURES, { recursive: true });
  // As root, which containers are, Chromium does not start inside its sandbox.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser: Browser = await chromium.launch({ executablePath, args });
  return {
    folder,
    open: async (url, options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      const errors: string[] = [];
      const requests: string[] = [];
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(url);
      return { page, errors, requests, close: () => context.close() };
    },
    end: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What axe finds that keeps people out: one line each. The page's context has to be opened with `bypassCSP`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.addScriptTag({ content: readFileSync(axe, 'utf8') });
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
    );
}

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { ReportDigest } from '../../lib/report/digest/report-digest.ts';
import { renderPage } from '../../lib/report/page/render-page.ts';
import { NOW } from '../support/builders.ts';

const PLACE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The path of Chromium: from `CHROMIUM`, or from Debian's package. Undefined if it is missing. */
export const BROWSER: string | undefined = existsSync(PLACE) ? PLACE : undefined;
if (BROWSER === undefined) {
  process.stderr.write(`\nThe report page is NOT tested: there is no Chromium at ${PLACE}; CHROMIUM may name one.\n\n`);
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SIZE = { width: 1280, height: 900 };

type OpenOptions = BrowserContextOptions & { readonly hash?: string };

export type Pages = {
  /** Opens a page from a file, in a browser with an empty profile. */
  readonly open: (digest: ReportDigest, options?: OpenOptions) => Promise<Page>;
  /** Closes all pages. Returns all problems: errors, messages of the console, and unexpected requests. */
  readonly finish: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

export async function startPages(): Promise<Pages> {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-page-'));
  const args = ['--no-sandbox', '--disable-gpu'];
  const browser = await chromium.launch({ executablePath: BROWSER ?? '', args });
  // A file name that a person may choose.
  const path = join(folder, `report #1 报告.html`);
  const url = pathToFileURL(path).href;
  let problems: string[] = [];
  return {
    open: async (digest, { hash = '', ...options } = {}) => {
      writeFileSync(path, renderPage(digest));
      const context = await browser.newContext({ viewport: SIZE, ...options });
      await context.addInitScript(`Date.now = () => ${NOW};`);
      const page = await context.newPage();
      page.on('request', (request) => {
        if (request.url().replace(/#.*/, '') !== url) {
          problems.push(`asked for ${request.url()}`);
        }
      });
      page.on('pageerror', ({ message }) => problems.push(message));
      page.on('console', (message) => problems.push(message.text()));
      await page.goto(url + hash);
      return page;
    },
    finish: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      const found = problems;
      problems = [];
      return found;
    },
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The violations that axe finds, each with its elements. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** The text of each cell of a column, from top to bottom. */
export const columnOf = (page: Page, key: string): Promise<string[]> =>
  page.locator(`tr.row td.col-${key}`).allTextContents();

export const rowCount = (page: Page): Promise<number> => page.locator('tr.row').count();

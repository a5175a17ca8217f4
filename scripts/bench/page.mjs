// The report page in Chromium, compared with a plain table of all rows: its size, the time until it is drawn, and the
// time of a search.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { pageConstants } from '../page-bundle.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SIZES = [200, 20_000];
const ROUNDS = 5;
const LIMITS = { kilobytes: { 200: 300, 20000: 6_000 }, usableMs: 2_500 };
const OURS = 'report page';
const PLAIN = 'plain table of all rows';

// Runs in the page, whose clock starts at the request of the page.
const SECOND_FRAME =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))';
const SEARCH = `new Promise((done) => {
  const start = performance.now();
  const found = document.querySelector('.found');
  new MutationObserver(() => requestAnimationFrame(() => done(performance.now() - start))).observe(found, { childList: true });
  const search = document.getElementById('search');
  search.value = 'warehouse-1';
  search.dispatchEvent(new Event('input'));
})`;

/** @returns rows for a table, and the limits that must be kept */
export async function benchPage() {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`the part "page" needs Chromium, and there is none at ${CHROMIUM}; CHROMIUM may name one`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-bench-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const pageSample = await loadSamples(folder);
    const rows = [];
    for (const length of SIZES) {
      const { ours, plain } = pageSample(length);
      rows.push({ contender: OURS, length, ...(await measure(browser, folder, ours, true)) });
      rows.push({ contender: PLAIN, length, ...(await measure(browser, folder, plain, false)) });
    }
    return { rows, checks: rows.filter(({ contender }) => contender === OURS).flatMap(toChecks) };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function loadSamples(folder) {
  const outfile = join(folder, 'samples.cjs');
  const entryPoints = ['test/bench/page-samples.ts'];
  const define = await pageConstants();
  await build({ entryPoints, outfile, define, bundle: true, platform: 'node', target: 'node20', format: 'cjs' });
  return createRequire(outfile)(outfile).pageSample;
}

async function measure(browser, folder, text, hasSearch) {
  const path = join(folder, 'page.html');
  writeFileSync(path, text);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path).href);
    const usableMs = await page.evaluate(SECOND_FRAME);
    rounds.push({ usableMs, searchMs: hasSearch ? await page.evaluate(SEARCH) : undefined });
    await page.close();
  }
  return {
    kilobytes: Math.round(Buffer.byteLength(text) / 1000),
    usableMs: median(rounds.map(({ usableMs }) => usableMs)),
    searchMs: hasSearch ? median(rounds.map(({ searchMs }) => searchMs)) : undefined,
  };
}

function toChecks({ length, kilobytes, usableMs }) {
  const kilobytesMax = LIMITS.kilobytes[length];
  return [
    {
      what: `report page of ${length} rows, kB`,
      value: kilobytes,
      limit: `at most ${kilobytesMax}`,
      ok: kilobytes <= kilobytesMax,
    },
    {
      what: `report page of ${length} rows, ms until it is usable`,
      value: Math.round(usableMs),
      limit: `at most ${LIMITS.usableMs}`,
      ok: usableMs <= LIMITS.usableMs,
    },
  ];
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

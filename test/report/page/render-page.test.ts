import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { unpackRows } from '../../../lib/report/page/browser/page-rows.ts';
import { packDigest } from '../../../lib/report/page/pack-digest.ts';
import type { PageData } from '../../../lib/report/page/page-data.ts';
import { renderPage } from '../../../lib/report/page/render-page.ts';
import { anOutcome } from '../../support/builders.ts';
import { aDigest, manyOutcomes } from '../../support/digests.ts';

const HOSTILE = '</script><script>alert(1)</script><!-- \u2028\u2029\u202e\ud800 &amp; "\'`';
const DATA = /<script type="application\/json" id="data">(.*)<\/script>\n/;
const MEGABYTE = 1_000_000;

test('the security policy allows only the script and the style of the page', () => {
  const page = renderPage(aDigest([]));
  const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
  const hashOf = (text = '') => createHash('sha256').update(text).digest('base64');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src 'sha256-${hashOf(/<script>([\s\S]*?)<\/script>/.exec(page)?.[1])}'`);
  expect(policy).toContain(`style-src 'sha256-${hashOf(/<style>([\s\S]*?)<\/style>/.exec(page)?.[1])}'`);
  expect(policy).not.toContain('unsafe');
  const data = page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
  expect(data).not.toMatch(/https?:|style="|\son\w+=|(src|href)="(?!data:,)/);
});

test('no text escapes from the data, and the data contains all texts', () => {
  const page = renderPage(
    aDigest([anOutcome({ name: HOSTILE, owner: HOSTILE, reason: HOSTILE, evidence: [HOSTILE] })]),
  );
  expect(page.match(/<\/?script/g)).toHaveLength(4);
  expect(page).not.toMatch(/\u2028|\u2029|\u202e|<!--/);
  const data: PageData = JSON.parse(DATA.exec(page)?.[1] ?? '');
  expect(unpackRows(data)).toMatchObject([{ name: HOSTILE, owner: HOSTILE, reason: HOSTILE, evidence: [HOSTILE] }]);
});

test('packing loses no field of an outcome', () => {
  const digest = aDigest(manyOutcomes(50));
  const rows = unpackRows(packDigest(digest));
  const ms = (iso: string | null) => (iso === null ? null : Date.parse(iso));
  expect(rows).toMatchObject(
    digest.outcomes.map((outcome) => ({
      id: outcome.connectionId,
      name: outcome.name,
      owner: outcome.owner,
      account: outcome.accountId,
      region: outcome.regionId,
      outcome: outcome.outcome,
      rule: outcome.rule,
      reason: outcome.reason,
      evidence: outcome.evidence,
      code: outcome.code,
      request: outcome.requestId,
      transitRouter: outcome.attachedTo?.transitRouterId ?? null,
      cen: outcome.attachedTo?.cenId ?? null,
      run: 'run-1',
      createdMs: ms(outcome.createdAt),
      sinceMs: ms(outcome.since),
      dueMs: ms(outcome.dueAt),
    })),
  );
});

test.each([
  [200, 0.3],
  [20_000, 6],
])('a page of %d rows has at most %d MB', (length, megabytes) => {
  const bytes = Buffer.byteLength(renderPage(aDigest(manyOutcomes(length))));
  expect(bytes).toBeLessThanOrEqual(megabytes * MEGABYTE);
});

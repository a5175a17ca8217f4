import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OUTCOMES } from '../../lib/core/domain/outcome.ts';
import { CSV_COLUMNS } from '../../lib/report/csv/to-csv.ts';
import { GROUP_KEYS, SORT_KEYS } from '../../lib/report/view/view.ts';
import { anOutcome } from '../support/builders.ts';

const page = readFileSync(new URL('../../docs/result.md', import.meta.url), 'utf8');
const part = (heading: string) => page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
/** The names in the first cells of a table. */
const namesIn = (text: string) =>
  [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([\w-]+)/g)].map(([, name]) => name),
  );

test('the page lists the columns of the CSV in their order', () => {
  expect(namesIn(part('CSV'))).toEqual(CSV_COLUMNS.map(({ name }) => name));
});

test('the page has exactly the fields of an outcome', () => {
  // These two fields exist only if the policy requires a notice.
  const all = [...Object.keys(anOutcome()), 'toldAt', 'noticeUntil'];
  expect(namesIn(part('Outcomes')).sort()).toEqual(all.sort());
});

test('the page names every order and every group', () => {
  const text = part('What a report shows');
  expect([...SORT_KEYS, ...GROUP_KEYS].filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});

test('the page explains every outcome, in the order of the counts', () => {
  expect(namesIn(part('Every outcome'))).toEqual(OUTCOMES);
});

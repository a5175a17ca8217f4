import { renderPage } from '../../lib/report/page/render-page.ts';
import { aDigest, manyOutcomes } from '../support/digests.ts';

export type PageSample = { readonly ours: string; readonly plain: string };

/** The report page of this many connections, and a plain table of the same facts with all rows in it. */
export function pageSample(length: number): PageSample {
  const outcomes = manyOutcomes(length);
  const rows = outcomes.map(({ outcome, connectionId, name, owner, accountId, regionId, rule, dueAt, reason }) =>
    [outcome, connectionId, name, owner, accountId, regionId, rule, dueAt, reason]
      .map((text) => `<td>${(text ?? '').replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</td>`)
      .join(''),
  );
  const body = rows.map((cells) => `<tr>${cells}</tr>`).join('\n');
  return {
    ours: renderPage(aDigest(outcomes)),
    plain: `<!doctype html><html lang="en"><meta charset="utf-8"><title>plain</title><table>${body}</table></html>`,
  };
}

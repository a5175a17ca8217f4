import { formatDuration } from '../../../../core/domain/duration.ts';
import type { PageData } from '../../page-data.ts';
import { html, said, section, terms } from '../dom.ts';
import { count, formatMoment, formatNumber, OUTCOME_WORDS } from '../page-words.ts';

type Report = PageData['report'];

/** Longer lists are cut and say this. The stored results have them in full. */
const SHOWN_MAX = 200;

/** The sources of the report: remarks, places, runs, and the meaning of the words. */
export function sources({ report }: PageData): HTMLElement {
  return section(
    'sources',
    'About this report',
    remarks(report),
    unfold(`${count(report.places.length, 'place')} looked at`, placesTable(report)),
    unfold(`${count(report.runs.length, 'run')}`, runsTable(report)),
    unfold('Meanings of the outcomes', terms([...OUTCOME_WORDS].map(([outcome, { means }]) => [outcome, means]))),
  );
}

const unfold = (title: string, content: Node): HTMLElement => html('details', {}, html('summary', {}, title), content);

function remarks({ warnings, notFound, lapsedKeeps, refusedEvents }: Report): HTMLElement | undefined {
  const texts = [
    ...warnings.map((text) => `Policy: ${text}`),
    ...lapsedKeeps.map(({ connectionId, until }) => `${connectionId}: vco-sweeper:keep protected it until ${until}.`),
    ...notFound.map((id) => `${id} was asked for and was not found.`),
    ...refusedEvents.map(({ index, id, reason }) => `Refused event ${id ?? `number ${index + 1}`}: ${reason}`),
  ];
  if (texts.length === 0) {
    return undefined;
  }
  const list = html('ul', {}, ...texts.slice(0, SHOWN_MAX).map((text) => html('li', {}, said(text))));
  return html('div', { class: 'remarks' }, html('h3', {}, 'Worth knowing'), list, cutNote(texts.length));
}

const cutNote = (length: number): HTMLElement | undefined =>
  length > SHOWN_MAX ? html('p', { class: 'note' }, `And ${formatNumber(length - SHOWN_MAX)} more.`) : undefined;

function placesTable({ places }: Report): HTMLElement {
  const sorted = places.toSorted((a, b) => Number(a.listing === 'complete') - Number(b.listing === 'complete'));
  const rows = sorted.map(({ accountId, regionId, listing, connections, halted }) => [
    said(accountId, 'mono'),
    said(regionId),
    halted ? `${listing}, halted` : listing,
    formatNumber(connections),
  ]);
  return smallTable('Places', ['Account', 'Region', 'Listing', 'Connections'], rows);
}

function runsTable({ runs }: Report): HTMLElement {
  const rows = runs
    .toReversed()
    .map(({ runId, mode, status, startedAt, durationMs, policy }) => [
      formatMoment(Date.parse(startedAt)),
      mode,
      status,
      formatDuration(Math.max(1, Math.round(durationMs / 1000)) * 1000),
      html('span', {}, said(policy.source), ' ', said(policy.hash.slice(0, 12), 'mono')),
      said(runId, 'mono'),
    ]);
  return smallTable('Runs', ['Started', 'Mode', 'Status', 'Took', 'Policy', 'Run'], rows);
}

/** A table that is cut to `SHOWN_MAX` rows, and says so. */
export function smallTable(
  name: string,
  head: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLElement {
  const table = html(
    'table',
    { class: 'small' },
    html('caption', { class: 'unseen' }, name),
    html('thead', {}, html('tr', {}, ...head.map((label) => html('th', { scope: 'col' }, label)))),
    html(
      'tbody',
      {},
      ...rows.slice(0, SHOWN_MAX).map((cells) => html('tr', {}, ...cells.map((cell) => html('td', {}, cell)))),
    ),
  );
  return html('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': name }, table, cutNote(rows.length));
}

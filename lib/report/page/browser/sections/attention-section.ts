import type { PageData } from '../../page-data.ts';
import { button, clipped, html, said, section } from '../dom.ts';
import type { Row } from '../page-rows.ts';
import type { PageState } from '../page-state.ts';
import { count, formatAgo, formatNumber, reasonOf, withStop } from '../page-words.ts';

type Report = PageData['report'];
/** A place and its problem. Empty without a problem. */
type TroubledPlace = { readonly accountId: string | null; readonly regionId: string | null; readonly text: string };
type Show = (filter: Partial<PageState>) => void;

/** The number of places, or groups of rows, that are visible at once. The rest unfolds. */
const SHOWN_MAX = 8;
const REGIONS_MAX = 40;
const SENTENCE_CHARS_MAX = 500;

/** The problems that need a person, or a sentence if there is no problem. */
export function attention(data: PageData, rows: readonly Row[], show: Show): HTMLElement {
  const { report } = data;
  const items = [
    ...placeItems(report),
    ...groupItems(rows, 'failed', show),
    ...groupItems(rows, 'blocked', show),
    ...problemItems(report),
    ...leftOut(report),
  ];
  return section(
    'attention',
    'Problems for a person',
    items.length === 0
      ? html('p', { class: 'calm' }, 'Nothing: no step failed, nothing is blocked, and every place was read.')
      : html('ul', { class: 'attention' }, ...items),
  );
}

function placeItems({ places, missing, notDispatched, madeAt }: Report): readonly HTMLElement[] {
  const nowMs = Date.parse(madeAt);
  const unread = places.filter(({ listing }) => listing === 'unread');
  const halted = places.filter((place) => place.halted);
  return [
    placeItem(
      'not read',
      'Nothing was changed there.',
      unread.map(({ reason = '', ...place }) => ({ ...place, text: reason })),
    ),
    placeItem(
      'halted',
      'More of the region than limits.perRegionShare would be deleted, so nothing was. Look at what is blocked there.',
      halted.map((place) => ({ ...place, text: '' })),
    ),
    placeItem(
      'missing',
      'They have no new results any more. Look at the timer and at the log of the dispatcher.',
      missing.map(({ lastAt, ...place }) => ({
        ...place,
        text: lastAt === null ? '' : `last ${formatAgo(Date.parse(lastAt), nowMs)}`,
      })),
    ),
    placeItem(
      'not started',
      'The dispatcher could not start their sweeps.',
      notDispatched.map(({ code, reason, advice, ...place }) => ({
        ...place,
        text: [code, reason, advice].filter((text) => text !== null).join(': '),
      })),
    ),
  ].filter((item) => item !== undefined);
}

/** Regions of an account with the same problem share a line. */
function placeItem(what: string, means: string, places: readonly TroubledPlace[]): HTMLElement | undefined {
  if (places.length === 0) {
    return undefined;
  }
  const lines = new Map<string, TroubledPlace[]>();
  for (const place of places) {
    const key = JSON.stringify([place.accountId, place.text]);
    const line = lines.get(key) ?? [];
    line.push(place);
    lines.set(key, line);
  }
  const title = html('strong', {}, `${count(places.length, 'place')} ${what}`);
  return html('li', {}, title, `. ${means}`, unfolding([...lines.values()].map(placeLine)));
}

function placeLine(places: readonly TroubledPlace[]): HTMLElement {
  const [first] = places;
  const { accountId = null, text = '' } = first ?? {};
  const shown = places.slice(0, REGIONS_MAX);
  const regions = shown.flatMap(({ regionId }) => [regionId === null ? 'all regions' : said(regionId), ', ']);
  return html(
    'li',
    {},
    ...regions,
    places.length > REGIONS_MAX ? `${formatNumber(places.length - REGIONS_MAX)} more regions, ` : '',
    accountId === null ? 'accounts that could not be found out' : html('span', {}, 'account ', said(accountId)),
    text === '' ? '' : ': ',
    clipped(text, '', SENTENCE_CHARS_MAX),
  );
}

function unfolding(lines: readonly HTMLElement[]): HTMLElement {
  const list = (some: readonly HTMLElement[]): HTMLElement => html('ul', { class: 'places' }, ...some);
  if (lines.length <= SHOWN_MAX) {
    return list(lines);
  }
  const more = html('summary', {}, `${formatNumber(lines.length - SHOWN_MAX)} more`);
  const rest = html('details', {}, more, list(lines.slice(SHOWN_MAX)));
  return html('div', {}, list(lines.slice(0, SHOWN_MAX)), rest);
}

/** Failed or blocked rows, grouped by the same reason. */
function groupItems(rows: readonly Row[], outcome: 'failed' | 'blocked', show: Show): readonly HTMLElement[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.outcome === outcome) {
      const key = row.code ?? row.rule ?? '';
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
  }
  const items = [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .map((group) => groupItem(group, outcome, show));
  const rest = items.slice(SHOWN_MAX);
  if (rest.length === 0) {
    return items;
  }
  const showAll = button(`Show all ${outcome}`, () => show({ outcome }), { class: 'link' });
  return [...items.slice(0, SHOWN_MAX), html('li', {}, `${count(rest.length, 'more kind')} of ${outcome}. `, showAll)];
}

function groupItem(group: readonly Row[], outcome: string, show: Show): HTMLElement {
  const [first] = group;
  if (first === undefined) {
    throw new Error('a group without a row');
  }
  const { code, rule } = first;
  const filter = { outcome, search: code ?? '', rule: code === null ? (rule ?? '') : '' };
  return html(
    'li',
    {},
    html('strong', {}, `${count(group.length, 'connection')} ${outcome}`),
    code === null ? undefined : html('span', {}, ' (', clipped(code, 'mono'), ')'),
    group.length === 1 ? ': ' : ', for example: ',
    clipped(withStop(reasonOf(first)), '', SENTENCE_CHARS_MAX),
    ' ',
    button(group.length === 1 ? 'Show it' : 'Show them', () => show(filter), { class: 'link' }),
  );
}

const problemItems = ({ problems, stoppedBy }: Report): readonly HTMLElement[] => [
  ...problems.map((problem) => html('li', {}, clipped(problem, '', SENTENCE_CHARS_MAX))),
  ...stoppedBy.map((path) => {
    const what = html('strong', {}, 'Stopped by the file ', said(path, 'mono'));
    return html('li', {}, what, '. Nothing new is deleted until somebody removes it.');
  }),
];

function leftOut({ outcomesOmitted }: Report): readonly HTMLElement[] {
  if (outcomesOmitted === 0) {
    return [];
  }
  const what = html('strong', {}, `${count(outcomesOmitted, 'outcome')} not in this report`);
  return [html('li', {}, what, '. The result was cut to its limit. The log has a line for each outcome.')];
}

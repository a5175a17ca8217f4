import { html, section, svg } from './dom.ts';
import type { Removal, Row } from './page-rows.ts';
import { count, formatNumber } from './page-words.ts';

const DAY_MS = 86_400_000;
/** If there are more days, the chart shows weeks. */
const DAYS_MAX = 42;
const WEEKS_MAX = 53;

const SERIES = [
  { kinds: ['gone'], tone: 'gone', label: 'deleted' },
  { kinds: ['now'], tone: 'due', label: 'due now' },
  { kinds: ['held'], tone: 'held', label: 'end of its hold' },
  { kinds: ['later', 'expected'], tone: 'clock', label: 'end of its grace' },
] as const satisfies readonly { kinds: readonly Removal['kind'][]; tone: string; label: string }[];

/** Deletions of a day or a week, a number for each of `SERIES`. */
type Bucket = { readonly fromMs: number; readonly label: string; readonly numbers: readonly number[] };

const WIDTH = 720;
const HEIGHT = 150;
const TOP = 26;
const BOTTOM = 26;
const LABEL_WIDTH = 92;

/** The number of deletions over time, as a chart and as a table. */
export function deletionChart(rows: readonly Row[], nowMs: number): HTMLElement {
  const { buckets, isWeekly, later } = toBuckets(rows, nowMs);
  if (buckets.length === 0) {
    return section(
      'when',
      'Deletions over time',
      html('p', { class: 'calm' }, 'No listed connection was deleted, is due or is waiting.'),
    );
  }
  const present = SERIES.filter((_, index) => buckets.some(({ numbers }) => numbers[index] !== 0));
  const legend = present.map(({ tone, label }) =>
    html('li', {}, svg('svg', { class: 'key', viewBox: '0 0 10 10', 'aria-hidden': 'true' }, keyMark(tone)), label),
  );
  return section(
    'when',
    'Deletions over time',
    html('ul', { class: 'legend' }, ...legend),
    html('div', { class: 'chart' }, drawing(buckets, isWeekly)),
    html(
      'p',
      { class: 'note' },
      `Connections by ${isWeekly ? 'week' : 'day'}, UTC. A day in the future is the earliest possible day. Limits and change windows may put it off, and only mode sweep deletes.`,
      later > 0 ? ` ${count(later, 'connection')} after that.` : '',
    ),
    html(
      'p',
      { class: 'note' },
      'To keep a connection, open its row and copy the command, or tag it vco-sweeper:keep.',
    ),
    asTable(buckets, isWeekly),
  );
}

const keyMark = (tone: string): SVGElement => svg('rect', { class: `bar bar-${tone}`, width: 10, height: 10 });

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

function toBuckets(
  rows: readonly Row[],
  nowMs: number,
): { buckets: readonly Bucket[]; isWeekly: boolean; later: number } {
  const removals = rows.flatMap(({ removal }) => removal ?? []);
  if (removals.length === 0) {
    return { buckets: [], isWeekly: false, later: 0 };
  }
  const firstMs = startOfDay(removals.reduce((least, { atMs }) => Math.min(least, atMs), nowMs));
  const lastMs = startOfDay(removals.reduce((most, { atMs }) => Math.max(most, atMs), nowMs + 6 * DAY_MS));
  const isWeekly = (lastMs - firstMs) / DAY_MS >= DAYS_MAX;
  const spanMs = isWeekly ? 7 * DAY_MS : DAY_MS;
  const size = Math.min(isWeekly ? WEEKS_MAX : DAYS_MAX, Math.floor((lastMs - firstMs) / spanMs) + 1);
  const numbers = Array.from({ length: size }, () => SERIES.map(() => 0));
  let later = 0;
  for (const { kind, atMs } of removals) {
    const bucket = numbers[Math.floor((atMs - firstMs) / spanMs)];
    const series = SERIES.findIndex(({ kinds }) => kinds.some((one) => one === kind));
    if (bucket === undefined) {
      later += 1;
    } else {
      bucket[series] = (bucket[series] ?? 0) + 1;
    }
  }
  const buckets = numbers.map((ofBucket, index) => {
    const fromMs = firstMs + index * spanMs;
    return { fromMs, label: dayLabel(fromMs), numbers: ofBucket };
  });
  return { buckets, isWeekly, later };
}

const DAY_FORMAT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayLabel = (ms: number): string => DAY_FORMAT.format(ms);

const sumOf = ({ numbers }: Bucket): number => numbers.reduce((sum, number) => sum + number, 0);

function drawing(buckets: readonly Bucket[], isWeekly: boolean): SVGElement {
  const most = Math.max(...buckets.map(sumOf));
  const step = WIDTH / buckets.length;
  const labelEvery = Math.ceil(LABEL_WIDTH / step);
  const total = buckets.reduce((sum, bucket) => sum + sumOf(bucket), 0);
  const summary = `${count(total, 'connection')} by ${isWeekly ? 'week' : 'day'}, from ${buckets[0]?.label} to ${buckets.at(-1)?.label}. The table below has the numbers.`;
  return svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT + TOP + BOTTOM}`, role: 'img', 'aria-label': `Bar chart: ${summary}` },
    svg('line', { class: 'axis', x1: 0, x2: WIDTH, y1: TOP + HEIGHT, y2: TOP + HEIGHT }),
    ...buckets.flatMap((bucket, index) => column(bucket, { x: index * step, step, most })),
    ...buckets.flatMap(({ label }, index) =>
      index % labelEvery === 0 && index * step <= WIDTH - LABEL_WIDTH / 2
        ? [svg('text', { class: 'tick', x: index * step + 2, y: TOP + HEIGHT + 19 }, label)]
        : [],
    ),
  );
}

/** A bar, with its number on top. */
function column(bucket: Bucket, { x, step, most }: { x: number; step: number; most: number }): readonly SVGElement[] {
  const total = sumOf(bucket);
  if (total === 0) {
    return [];
  }
  const width = Math.min(step * 0.8, 44);
  let top = TOP + HEIGHT;
  const parts = bucket.numbers.map((number, index) => {
    const height = number === 0 ? 0 : Math.max(2, (number / most) * HEIGHT);
    top -= height;
    const look = { class: `bar bar-${SERIES[index]?.tone}`, x: x + 1, y: top, width, height };
    return svg('rect', look, svg('title', {}, `${bucket.label}: ${formatNumber(number)} ${SERIES[index]?.label}`));
  });
  const isRoomy = step >= String(total).length * 8;
  const number = svg('text', { class: 'figure', x: x + 1 + width / 2, y: top - 4 }, formatNumber(total));
  return isRoomy ? [...parts, number] : parts;
}

function asTable(buckets: readonly Bucket[], isWeekly: boolean): HTMLElement {
  const head = [isWeekly ? 'Week from' : 'Day', ...SERIES.map(({ label }) => label)];
  const body = buckets
    .filter((bucket) => sumOf(bucket) > 0)
    .map(({ fromMs, numbers }) =>
      html(
        'tr',
        {},
        html('th', { scope: 'row' }, new Date(fromMs).toISOString().slice(0, 10)),
        ...numbers.map((number) => html('td', { class: 'sum' }, formatNumber(number))),
      ),
    );
  return html(
    'details',
    {},
    html('summary', {}, 'The numbers as a table'),
    html(
      'table',
      { class: 'small' },
      html('caption', { class: 'unseen' }, 'Deletions'),
      html('thead', {}, html('tr', {}, ...head.map((name) => html('th', { scope: 'col' }, name)))),
      html('tbody', {}, ...body),
    ),
  );
}

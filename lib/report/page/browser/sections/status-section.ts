import type { PageData } from '../../page-data.ts';
import { button, html, said } from '../dom.ts';
import { isOrphan, type Row } from '../page-rows.ts';
import type { PageState } from '../page-state.ts';
import { count, formatAgo, formatMoment, formatMoney, formatNumber } from '../page-words.ts';

type Report = PageData['report'];

const STATUS_MEANS = {
  complete: 'Every place was read, and every step worked.',
  incomplete: 'Something could not be read, did not work or is missing: see below.',
  halted: 'A guard stopped a region: more of it than allowed would be deleted.',
};
/** From this age on, the page warns about its age. */
const OLD_MS = 36 * 3_600_000;

/** The kind of the report, its status and its date. */
export function pageHeader({ report }: PageData, openedMs: number): HTMLElement {
  const { status, runs, places, madeAt } = report;
  const madeMs = Date.parse(madeAt);
  const accounts = new Set(places.map(({ accountId }) => accountId)).size;
  const looked = places.filter(({ listing }) => listing === 'complete');
  const connections = places.reduce((sum, place) => sum + place.connections, 0);
  const scope = `${count(connections, 'connection')} listed in ${count(looked.length, 'place')} of ${count(accounts, 'account')}`;
  const modes = [...new Set(runs.map(({ mode }) => mode))].join(', ');
  return html(
    'header',
    {},
    html('p', { class: 'product' }, 'vco-sweeper report'),
    html('h1', {}, `Unused IPsec-VPN connections `, html('span', { class: `status status-${status}` }, status)),
    html('p', { class: 'means' }, STATUS_MEANS[status]),
    html(
      'p',
      { class: 'facts' },
      `Made ${formatMoment(madeMs)} from ${count(runs.length, 'run')}${modes === '' ? '' : ` (mode ${modes})`}. ${scope}. All times are UTC.`,
    ),
    openedMs - madeMs > OLD_MS
      ? html('p', { class: 'notice' }, `This page was made ${formatAgo(madeMs, openedMs)}. Look for a newer one.`)
      : undefined,
    ...runs.flatMap(planFacts),
  );
}

/**
 * The saved plan with its hash, so that a signed print belongs to exactly this plan. On paper it also has a place for a
 * signature.
 */
function planFacts({ plan, policy, mode }: Report['runs'][number]): readonly HTMLElement[] {
  if (plan === undefined) {
    return [];
  }
  const facts = html(
    'p',
    { class: 'facts plan' },
    `${mode === 'plan' ? 'Saved plan' : 'Swept by the plan'} `,
    said(plan.file),
    `, made ${formatMoment(Date.parse(plan.madeAt))}. SHA-256 of the plan `,
    said(plan.sha256, 'mono'),
    ', of its policy ',
    said(policy.hash, 'mono'),
    '.',
  );
  const lines = ['Approved by', 'Date', 'Signature'].map((label) => html('span', { class: 'sign' }, label));
  return mode === 'plan' ? [facts, html('p', { class: 'signature' }, ...lines)] : [facts];
}

type Total = {
  readonly tone: string;
  readonly label: string;
  readonly number: number;
  readonly note: string;
  /** The value of the filter after a press. */
  readonly outcome: string | undefined;
};

/** Totals that are left out if they are zero. */
const RARE: ReadonlySet<string | undefined> = new Set(['held', 'cleared']);

/** The totals. A press on a total shows its rows. */
export function totals(data: PageData, rows: readonly Row[], show: (filter: Partial<PageState>) => void): HTMLElement {
  const tiles = totalsOf(data.report, rows).map(({ label, number, note, tone, outcome }) => {
    const content = html(
      'span',
      { class: 'total' },
      html('span', { class: 'number' }, formatNumber(number)),
      html('span', { class: 'label' }, label),
      html('span', { class: 'note' }, note),
    );
    const isInert = outcome === undefined || number === 0;
    const tile = isInert ? content : button(content, () => show({ outcome }));
    return html('li', { class: `tile tone-${tone}${number === 0 ? ' empty' : ''}` }, tile);
  });
  const money = price(data.report, rows);
  return html(
    'section',
    { 'aria-label': 'Totals' },
    html('ul', { class: 'tiles' }, ...tiles),
    money === undefined ? undefined : html('p', { class: 'money' }, money),
  );
}

function totalsOf({ counts, madeAt }: Report, rows: readonly Row[]): readonly Total[] {
  const nowMs = Date.parse(madeAt);
  const next = rows.reduce((first, { outcome, removal }) => {
    const isAhead = outcome !== 'held' && removal !== undefined && removal.kind !== 'gone' && removal.kind !== 'now';
    return isAhead ? Math.min(first, removal.atMs) : first;
  }, Number.POSITIVE_INFINITY);
  const of = (...outcomes: readonly string[]): number =>
    rows.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const totals: readonly Total[] = [
    {
      tone: 'bad',
      label: 'failed or blocked',
      number: of('failed', 'blocked'),
      note: 'need a person',
      outcome: 'attention',
    },
    {
      tone: 'gone',
      label: 'deleted',
      number: of('deleted', 'already-gone'),
      note: 'read back as gone',
      outcome: 'gone',
    },
    {
      tone: 'due',
      label: 'due now',
      number: of('planned', 'deferred'),
      note: 'a sweep would delete them',
      outcome: 'due',
    },
    { tone: 'due', label: 'held', number: of('held'), note: 'detached, not yet deleted', outcome: 'held' },
    { tone: 'clock', label: 'waiting', number: of('marked', 'waiting'), note: nextNote(next, nowMs), outcome: 'clock' },
    { tone: 'doubt', label: 'in doubt', number: of('unknown'), note: 'kept, the reason says why', outcome: 'unknown' },
    {
      tone: 'safe',
      label: 'protected',
      number: of('protected'),
      note: 'by owner, age or policy',
      outcome: 'protected',
    },
    { tone: 'safe', label: 'in use again', number: of('cleared'), note: 'their mark was removed', outcome: 'cleared' },
    { tone: 'safe', label: 'kept', number: counts.kept, note: 'in use, and not listed below', outcome: undefined },
  ];
  return totals.filter(({ outcome, number }) => number > 0 || !RARE.has(outcome));
}

const nextNote = (nextMs: number, nowMs: number): string =>
  Number.isFinite(nextMs) && nextMs > nowMs ? `next: ${formatMoment(nextMs)}` : 'their grace runs';

function price({ price: configured }: Report, rows: readonly Row[]): Node | undefined {
  const orphans = rows.filter(isOrphan).length;
  if (configured === null) {
    return undefined;
  }
  const daily = formatMoney(orphans * configured.perConnectionHour * 24, '');
  return html(
    'span',
    {},
    `${count(orphans, 'orphan')} × 24 hours × ${configured.perConnectionHour} = ${daily}`,
    said(configured.currency),
    ' a day (configured, not billed).',
  );
}

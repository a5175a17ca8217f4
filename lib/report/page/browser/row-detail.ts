import { shortenMoments } from '../../text/moment-text.ts';
import type { PageData } from '../page-data.ts';
import { button, html, said, terms } from './dom.ts';
import { isOrphan, type Row } from './page-rows.ts';
import {
  capitalized,
  formatAgo,
  formatAhead,
  formatMoment,
  formatMoney,
  OUTCOME_WORDS,
  reasonOf,
  withStop,
} from './page-words.ts';
import { commandsFor } from './row-commands.ts';

const HOUR_MS = 3_600_000;
const COPIED_MS = 2_000;

/** Everything that the report knows of a connection. */
export function rowDetail(row: Row, { report }: PageData, announce: (text: string) => void): HTMLElement {
  const nowMs = Date.parse(report.madeAt);
  const accounts = new Set(report.places.map(({ accountId }) => accountId));
  const commands = commandsFor(row, accounts.size > 1);
  return html(
    'div',
    { class: 'detail' },
    html(
      'div',
      { class: 'why' },
      html('h3', {}, 'Why'),
      html(
        'p',
        {},
        html('strong', {}, row.outcome),
        `: ${OUTCOME_WORDS.get(row.outcome)?.means ?? 'no words for it'}.`,
      ),
      html('p', {}, said(capitalized(withStop(reasonOf(row))))),
      evidence(row),
    ),
    html('div', {}, html('h3', {}, 'Clocks'), terms(clocks(row, report, nowMs))),
    html('div', {}, html('h3', {}, 'Connection'), terms(facts(row))),
    html(
      'div',
      { class: 'commands' },
      html('h3', {}, 'Commands'),
      commands.length === 0
        ? html('p', {}, 'There is no command: nothing is to be done, or the id is not valid.')
        : html('ul', {}, ...commands.map(({ does, line }) => commandItem(does, line, announce))),
      commands.length === 0
        ? undefined
        : html(
            'p',
            { class: 'note' },
            'Use credentials of account ',
            said(row.account, 'mono'),
            ', and add the options of the run: --policy to explain, --store to restore.',
          ),
    ),
  );
}

function evidence({ evidence: items }: Row): HTMLElement {
  return items.length === 0
    ? html('p', { class: 'note' }, 'The result holds no evidence for it.')
    : html('ul', { class: 'evidence' }, ...items.map((item) => html('li', {}, said(shortenMoments(item)))));
}

type Term = readonly [string, Node | string];

function clocks(row: Row, report: PageData['report'], nowMs: number): readonly Term[] {
  const { createdMs, sinceMs, dueMs, expectedMs, heldMs, toldMs, noticeMs, rule } = row;
  const entries: readonly (readonly [string, number | null, (ms: number) => string])[] = [
    ['Created', createdMs, (ms) => formatAgo(ms, nowMs)],
    ['Orphan since', sinceMs, (ms) => formatAgo(ms, nowMs)],
    ['Due', dueMs, (ms) => formatAhead(ms, nowMs)],
    ['Due if it is marked now', expectedMs, (ms) => formatAhead(ms, nowMs)],
    ['Told', toldMs, (ms) => formatAgo(ms, nowMs)],
    ['Notice until', noticeMs, (ms) => formatAhead(ms, nowMs)],
    ['Held until', heldMs, (ms) => formatAhead(ms, nowMs)],
  ];
  const known = entries.flatMap(([term, ms, format]): readonly Term[] => (ms === null ? [] : [[term, format(ms)]]));
  const run = report.runs.find(({ runId }) => runId === row.run);
  const seen: readonly Term[] = run === undefined ? [] : [['Seen by', seenBy(run)]];
  return [...(rule === null ? [] : [['Rule', rule] as const]), ...known, ...cost(row, report, nowMs), ...seen];
}

const seenBy = ({ runId, mode, startedAt }: PageData['report']['runs'][number]): Node =>
  html('span', {}, `a ${mode} run of ${formatMoment(Date.parse(startedAt))}, `, said(runId, 'mono'));

function cost(row: Row, { price }: PageData['report'], nowMs: number): readonly Term[] {
  if (price === null || row.sinceMs === null || !isOrphan(row)) {
    return [];
  }
  const hours = Math.max(0, Math.floor((nowMs - row.sinceMs) / HOUR_MS));
  const amount = formatMoney(hours * price.perConnectionHour, '');
  const text = html('span', {}, `${hours} hours × ${price.perConnectionHour} = ${amount}`, said(price.currency));
  text.append(' (configured, not billed)');
  return [['Cost as an orphan', text]];
}

function facts(row: Row): readonly Term[] {
  const mono = (text: string): Node => said(text, 'mono');
  const optional: readonly (readonly [string, string | null])[] = [
    ['Transit router', row.transitRouter],
    ['CEN', row.cen],
    ['Code', row.code],
    ['Request', row.request],
    ['Backup', row.backup],
  ];
  return [
    ['Id', mono(row.id)],
    ['Name', row.name ? said(row.name) : 'none'],
    ['Owner', row.owner ? said(row.owner) : 'not known'],
    ['Region', mono(row.region)],
    ['Account', mono(row.account)],
    ...optional.flatMap(([term, text]): readonly Term[] => (text === null ? [] : [[term, mono(text)]])),
  ];
}

function commandItem(does: string, line: string, announce: (text: string) => void): HTMLElement {
  const code = html('code', {}, line);
  const copy = button('Copy', () => {
    copyText(code).then((isCopied) => {
      copy.textContent = isCopied ? 'Copied' : 'Selected';
      announce(isCopied ? 'Command copied.' : 'The command is selected: copy it with the keyboard.');
      setTimeout(() => {
        copy.textContent = 'Copy';
      }, COPIED_MS);
    });
  });
  copy.setAttribute('aria-label', `Copy the command: ${does}`);
  return html('li', {}, html('span', { class: 'does' }, does), html('div', { class: 'command' }, code, copy));
}

/** False if the browser does not let the page copy. Then the text is selected. */
async function copyText(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    return true;
  } catch (error) {
    // The browser denies the clipboard to this page, so the text stays selected for a manual copy.
    if (!(error instanceof DOMException || error instanceof TypeError)) {
      throw error;
    }
    getSelection()?.selectAllChildren(code);
    return false;
  }
}

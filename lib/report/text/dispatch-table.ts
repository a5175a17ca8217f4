import type { DispatchResult, PlaceResult } from '../../core/domain/dispatch-result.ts';
import { OUTCOMES, type RunResult } from '../../core/domain/outcome.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { type Paint, paletteOf, type ReportStyle } from './report-style.ts';
import { count } from './summary.ts';
import { toTable } from './table.ts';

/** An account and region, with its state in a single word and a remark. */
export type PlaceRow = {
  readonly state: string;
  readonly tone: 'good' | 'bad' | 'plain';
  /** Null means all accounts. */
  readonly accountId: string | null;
  readonly regionId: string | null;
  readonly detail: string;
};

/** A table with a row for each account and region. */
export function reportPlaces(rows: readonly PlaceRow[], style: ReportStyle): string {
  const palette = paletteOf(style);
  const paints: Readonly<Record<PlaceRow['tone'], Paint>> = {
    good: palette.green,
    bad: palette.red,
    plain: (text) => text,
  };
  return toTable(
    [{ title: 'SWEEP' }, { title: 'ACCOUNT' }, { title: 'REGION' }],
    rows.map(({ state, tone, accountId, regionId, detail }) => ({
      cells: [state, accountId ?? 'every account', regionId ?? 'every region'].map(toPrintable),
      detail: toPrintable(detail),
      paint: paints[tone],
    })),
    'WHAT HAPPENED',
    { columns: style.columns, head: palette.bold, dim: palette.dim },
  );
}

/** The result of a dispatcher for a person: every account and region, and the number of each state. */
export function reportDispatch(
  { scopes, counts, moment, refusedEvents = [], notStored }: DispatchResult,
  style: ReportStyle,
): string {
  const lines = [
    ...(scopes.length > 0 ? [reportPlaces(scopes.map(toRow), style), ''] : []),
    `${count(scopes.length, 'account and region', 'accounts and regions')} of ${toPrintable(moment)}: ` +
      `${counts.started} started, ${counts['already-started']} already started, ${counts.failed} failed`,
    ...refusedEvents.map(({ index, id, reason }) =>
      toPrintable(`Refused event ${id ?? `number ${index + 1}`}: ${reason}`),
    ),
    ...(notStored === undefined ? [] : [toPrintable(`The result was not stored: ${notStored}`)]),
    '',
  ];
  return lines.join('\n');
}

function toRow({ accountId, regionId, state, requestId, code, advice }: PlaceResult): PlaceRow {
  if (state === 'failed') {
    return { state, tone: 'bad', accountId, regionId, detail: `${code}. ${advice}` };
  }
  const request = requestId === null ? '' : `, request ${requestId}`;
  return state === 'started'
    ? { state, tone: 'good', accountId, regionId, detail: `the sweep's log tells how it ends${request}` }
    : { state, tone: 'plain', accountId, regionId, detail: 'it was started before, and is not started again' };
}

/** The number of connections for each outcome of a run: `3 deleted, 5 marked, 12 kept`. */
export const listCounts = (counts: RunResult['counts']): string =>
  OUTCOMES.filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${kind}`)
    .join(', ');

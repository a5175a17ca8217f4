import { NO_TEXT, type PageColumns, type PageData } from '../page-data.ts';

/** An outcome, with values that the page computes. Times are in milliseconds. */
export type Row = {
  readonly id: string;
  readonly name: string | null;
  readonly owner: string | null;
  readonly account: string;
  readonly region: string;
  readonly outcome: string;
  readonly rule: string | null;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly code: string | null;
  readonly request: string | null;
  readonly transitRouter: string | null;
  readonly cen: string | null;
  readonly backup: string | null;
  readonly run: string;
  readonly createdMs: number | null;
  readonly sinceMs: number | null;
  readonly dueMs: number | null;
  readonly expectedMs: number | null;
  readonly heldMs: number | null;
  readonly toldMs: number | null;
  readonly noticeMs: number | null;
  /** Undefined if no deletion is expected, or if its date depends on a person. */
  readonly removal: Removal | undefined;
};

/** `expected`: on condition that the next run marks the connection. `now`: the time of the report. */
export type Removal = { readonly kind: 'gone' | 'now' | 'held' | 'later' | 'expected'; readonly atMs: number };

type RowTimes = Pick<Row, 'outcome' | 'dueMs' | 'expectedMs' | 'heldMs' | 'noticeMs'>;

/** The outcomes of the page's data as rows. Pure. */
export function unpackRows({ report, texts, rows }: PageData): readonly Row[] {
  const nowMs = Date.parse(report.madeAt);
  const startOf = new Map(report.runs.map(({ runId, startedAt }) => [runId, Date.parse(startedAt)]));
  return rows.id.map((id, at) => {
    const row = { id, ...textsAt(rows, texts, at), ...timesAt(rows, at) };
    return { ...row, removal: removalOf(row, startOf.get(row.run) ?? nowMs, nowMs) };
  });
}

function textsAt(rows: PageColumns, texts: readonly string[], at: number) {
  const optional = (index: number | undefined): string | null =>
    index === undefined || index === NO_TEXT ? null : (texts[index] ?? null);
  const text = (index: number | undefined): string => optional(index) ?? '';
  return {
    name: rows.name[at] ?? null,
    request: rows.request[at] ?? null,
    owner: optional(rows.owner[at]) || null,
    account: text(rows.account[at]),
    region: text(rows.region[at]),
    outcome: text(rows.outcome[at]),
    rule: optional(rows.rule[at]),
    reason: text(rows.reason[at]),
    code: optional(rows.code[at]),
    transitRouter: optional(rows.transitRouter[at]),
    cen: optional(rows.cen[at]),
    run: text(rows.run[at]),
    backup: optional(rows.backup[at]),
    evidence: (rows.evidence[at] ?? []).map(text),
  };
}

function timesAt(rows: PageColumns, at: number) {
  const ms = (seconds: number | null | undefined): number | null =>
    typeof seconds === 'number' ? seconds * 1000 : null;
  return {
    createdMs: ms(rows.created[at]),
    sinceMs: ms(rows.since[at]),
    dueMs: ms(rows.due[at]),
    expectedMs: ms(rows.expected[at]),
    heldMs: ms(rows.held[at]),
    toldMs: ms(rows.told?.[at]),
    noticeMs: ms(rows.notice?.[at]),
  };
}

function removalOf(
  { outcome, dueMs, expectedMs, heldMs, noticeMs }: RowTimes,
  runMs: number,
  nowMs: number,
): Removal | undefined {
  switch (outcome) {
    case 'deleted':
      return { kind: 'gone', atMs: runMs };
    case 'planned':
    case 'deferred':
      return { kind: 'now', atMs: nowMs };
    case 'held':
      return heldMs === null ? undefined : { kind: 'held', atMs: heldMs };
    case 'marked':
    case 'waiting':
      // The grace had ended when the run began, but no message has named the connection, so its date depends on a
      // message.
      return dueMs !== null && dueMs <= runMs && noticeMs === null
        ? undefined
        : waitingUntil(dueMs === null ? null : Math.max(dueMs, noticeMs ?? dueMs), expectedMs);
    default:
      return undefined;
  }
}

function waitingUntil(dueMs: number | null, expectedMs: number | null): Removal | undefined {
  if (dueMs !== null) {
    return { kind: 'later', atMs: dueMs };
  }
  return expectedMs === null ? undefined : { kind: 'expected', atMs: expectedMs };
}

/** An existing orphan, even if the sweeper cannot delete it. */
const ORPHANS: ReadonlySet<string> = new Set(['failed', 'blocked', 'planned', 'deferred', 'held', 'marked', 'waiting']);

export const isOrphan = ({ outcome, rule }: Row): boolean => ORPHANS.has(outcome) && rule !== null;

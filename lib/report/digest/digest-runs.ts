import {
  countOutcomes,
  type Outcome,
  type OutcomeKind,
  type RegionResult,
  type RunResult,
  type RunStatus,
} from '../../core/domain/outcome.ts';
import type { Policy } from '../../core/domain/policy.ts';
import {
  type ConfiguredPrice,
  type FailedDispatch,
  type MissingPlace,
  REPORT_FORMAT,
  type ReportDigest,
  type ReportedOutcome,
  type ReportedPlace,
} from './report-digest.ts';

/** A result with further facts about its run. */
type DigestedRun = {
  readonly result: RunResult;
  /** Its path in the store. */
  readonly path?: string;
  /** The graces of its policy. Without them, an orphan without a mark has no date. */
  readonly rules?: Policy['rules'];
};

export type DigestInput = {
  readonly reportId: string;
  /** ISO UTC. */
  readonly madeAt: string;
  readonly runs: readonly DigestedRun[];
  readonly missing?: readonly MissingPlace[];
  readonly notDispatched?: readonly FailedDispatch[];
  readonly problems?: readonly string[];
  /** Sentences about sweeps that left no result. */
  readonly lost?: readonly string[];
  readonly price?: ConfiguredPrice | undefined;
};

/** A later run does not list these connections any more, but the deletions remain true. */
const FINAL: ReadonlySet<OutcomeKind> = new Set(['deleted', 'already-gone']);
const WORST_FIRST: readonly RunStatus[] = ['incomplete', 'halted', 'complete'];

/**
 * Combines the results of runs. Pure.
 *
 * The newest outcome of a connection counts. A whole run of a place overrides all older outcomes in that place, so a
 * connection that it does not list counts as kept. Deletions stay in the report.
 */
export function digestRuns(input: DigestInput): ReportDigest {
  const runs = input.runs.toSorted((a, b) => compare(a.result.startedAt, b.result.startedAt));
  const results = runs.map(({ result }) => result);
  const places = newestPlaces(results);
  const outcomes = lastOutcomes(runs);
  const { missing = [], notDispatched = [], problems = [], lost = [] } = input;
  return {
    format: REPORT_FORMAT,
    reportId: input.reportId,
    madeAt: input.madeAt,
    status: missing.length + notDispatched.length + lost.length > 0 ? 'incomplete' : worstStatus(results, places),
    results: runs.flatMap(({ path }) => path ?? []),
    runs: results.map(({ runId, mode, status, startedAt, durationMs, policy, plan }) => ({
      runId,
      mode,
      status,
      startedAt,
      durationMs,
      policy,
      ...(plan === undefined ? {} : { plan }),
    })),
    places,
    missing,
    notDispatched,
    counts: { ...countOutcomes(outcomes), kept: countKept(results, places) },
    outcomes,
    outcomesOmitted: results.reduce((sum, { outcomesOmitted = 0 }) => sum + outcomesOmitted, 0),
    problems: distinct([...problems, ...lost, ...results.flatMap(({ notStored }) => notStored ?? [])]),
    stoppedBy: distinct(newestOf(results, places).flatMap(({ stoppedBy }) => stoppedBy ?? [])),
    notFound: distinct(results.flatMap(({ notFound }) => notFound)),
    warnings: distinct(results.flatMap(({ warnings = [] }) => warnings)),
    lapsedKeeps: lastKeeps(results),
    refusedEvents: results.flatMap(({ refusedEvents = [] }) => refusedEvents),
    ...lastLeftovers(results, places),
    price: input.price ?? null,
  };
}

const placeKey = ({ accountId, regionId }: { accountId: string; regionId: string }): string =>
  `${accountId} ${regionId}`;

/** In the order of accounts and regions. */
function newestPlaces(results: readonly RunResult[]): readonly ReportedPlace[] {
  const newest = new Map<string, ReportedPlace>();
  for (const { runId, regions } of results) {
    for (const region of regions) {
      newest.set(placeKey(region), { ...region, runId });
    }
  }
  return [...newest.values()].sort((a, b) => compare(placeKey(a), placeKey(b)));
}

/**
 * The newest result of each place, and results without a place. A run without a place concerns the whole: it could not
 * begin anywhere, or it had no work.
 */
function newestOf(results: readonly RunResult[], places: readonly ReportedPlace[]): readonly RunResult[] {
  const newest = new Set(places.map(({ runId }) => runId));
  return results.filter(({ runId, regions }) => newest.has(runId) || regions.length === 0);
}

function worstStatus(results: readonly RunResult[], places: readonly ReportedPlace[]): RunStatus {
  const counting = newestOf(results, places);
  return WORST_FIRST.find((status) => counting.some((result) => result.status === status)) ?? 'complete';
}

function lastOutcomes(runs: readonly DigestedRun[]): readonly ReportedOutcome[] {
  const last = new Map<string, Map<string, ReportedOutcome>>();
  for (const run of runs) {
    for (const region of isWhole(run.result) ? run.result.regions : []) {
      forget(last.get(placeKey(region)));
    }
    for (const outcome of run.result.outcomes) {
      const ofPlace = last.get(placeKey(outcome)) ?? new Map<string, ReportedOutcome>();
      last.set(placeKey(outcome), ofPlace);
      const before = ofPlace.get(outcome.connectionId);
      // If two runs overlap, the second run finds the connection gone. The first run deleted it.
      if (before?.outcome !== 'deleted') {
        const { runId } = run.result;
        ofPlace.set(outcome.connectionId, { ...outcome, runId, expectedAt: expectedAt(outcome, run) });
      }
    }
  }
  return [...last.values()].flatMap((ofPlace) => [...ofPlace.values()]);
}

function forget(outcomes: Map<string, ReportedOutcome> | undefined): void {
  for (const [id, { outcome }] of outcomes ?? []) {
    if (!FINAL.has(outcome)) {
      outcomes?.delete(id);
    }
  }
}

/**
 * Whether the run judged all connections of its places. If an event narrowed the run, its counts are smaller than its
 * listings.
 */
function isWhole({ regions, counts }: RunResult): boolean {
  const listed = regions.reduce((sum, { connections }) => sum + connections, 0);
  const judged = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return judged >= listed && regions.every(({ listing }: RegionResult) => listing !== 'unread');
}

/** The grace of an orphan without a clock begins with the next mark. */
function expectedAt({ outcome, since, dueAt, rule }: Outcome, { result, rules }: DigestedRun): string | null {
  const grace = rule === null || rule === 'half-done' ? undefined : rules?.[rule];
  return outcome === 'waiting' && since === null && dueAt === null && typeof grace === 'number'
    ? new Date(Date.parse(result.startedAt) + grace).toISOString()
    : null;
}

/** The number of kept connections in all places, because a run of many places does not count them for each place. */
function countKept(results: readonly RunResult[], places: readonly ReportedPlace[]): number {
  const [only, ...more] = results;
  if (only === undefined || more.length === 0) {
    return only?.counts.kept ?? 0;
  }
  const listed = new Map<string, number>();
  for (const { runId, outcomes } of results) {
    for (const outcome of outcomes) {
      const key = `${runId} ${placeKey(outcome)}`;
      listed.set(key, (listed.get(key) ?? 0) + 1);
    }
  }
  const keptIn = (place: ReportedPlace): number =>
    Math.max(0, place.connections - (listed.get(`${place.runId} ${placeKey(place)}`) ?? 0));
  return places.reduce((sum, place) => sum + keptIn(place), 0);
}

const lastKeeps = (results: readonly RunResult[]): ReportDigest['lapsedKeeps'] => [
  ...new Map(
    results.flatMap(({ lapsedKeeps = [] }) =>
      lapsedKeeps.map((keep) => [`${placeKey(keep)} ${keep.connectionId}`, keep] as const),
    ),
  ).values(),
];

function lastLeftovers(
  results: readonly RunResult[],
  places: readonly ReportedPlace[],
): Pick<ReportDigest, 'leftovers'> {
  const newest = new Map(places.map((place) => [placeKey(place), place.runId]));
  const found = results.flatMap(({ runId, leftovers = [] }) =>
    leftovers.filter((place) => newest.get(placeKey(place)) === runId),
  );
  return found.length > 0 ? { leftovers: found } : {};
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

import { Semaphore } from '../core/concurrency/semaphore.ts';
import { NEVER } from '../core/concurrency/unless-stopped.ts';
import type { Clock, CloudApi } from '../core/domain/cloud-api.ts';
import type { RegionId } from '../core/domain/estate.ts';
import type { Journal } from '../core/domain/journal.ts';
import { type RefusedEvent, type RunResult, toStatus } from '../core/domain/outcome.ts';
import { type Place, placeKey } from '../core/domain/place.ts';
import type { Narrowing, Policy, PolicyOrigin } from '../core/domain/policy.ts';
import { toIso } from '../core/domain/time.ts';
import { withoutNewClocks } from '../core/judge/judge.ts';
import { mayTag, runMode } from '../core/plan/narrow.ts';
import { goingLater, isReported, type Judged, type Plan, plan } from '../core/plan/plan.ts';
import { warnOfPolicy } from '../core/plan/policy-warnings.ts';
import type { Store } from '../core/store/store.ts';
import { whyNotStored } from '../core/store/why-not-stored.ts';
import { keepUpMarks, type TagResult } from './marks/mark-upkeep.ts';
import { OutcomeTally } from './outcome-tally.ts';
import { reportWarnings, toFindings, warnOfSurvey } from './policy-findings.ts';
import { ResultDocument } from './result-document.ts';
import { createRegionContext, type RegionContext } from './run-context.ts';
import { type Done, endSettled, isSettled, listOutcomes } from './settle-outcomes.ts';
import { act, describeLeftOver } from './steps/act.ts';
import { DayLimit } from './steps/day-limit.ts';
import { StopFile } from './steps/stop-file.ts';
import { cutLeftovers } from './survey/find-leftovers.ts';
import { readNotices, withNotices } from './survey/read-notices.ts';
import { type Survey, survey, toRegionResults } from './survey/survey.ts';
import type { SweptPlan } from './survey/swept-plan.ts';
import type { OnReading } from './survey/watch-reading.ts';

/** The dependencies of a run. `create-sweep-deps.ts` builds them. */
export type SweepDeps = {
  readonly api: CloudApi;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The number of attempts by action so far. */
  readonly calls: () => Readonly<Record<string, number>>;
  readonly runId: string;
  /** Absolute, milliseconds since the epoch. Infinity if there is no time limit. */
  readonly deadlineMs: number;
  /** Aborted when nothing new may be started. Left out where a run cannot be asked to stop. */
  readonly stopAsked?: AbortSignal | undefined;
  /** Called with the progress of the reading. Must not throw. */
  readonly onReading?: OnReading;
  /** Left out: the result and backups are not stored. */
  readonly store?: Store | undefined;
  /** Gets each connection that a saved plan of this run lists: planned, or waiting only for the change window. */
  readonly onPlanned?: ((judged: Judged) => void) | undefined;
};

export type SweepRequest = {
  readonly policy: Policy;
  readonly origin: PolicyOrigin;
  /** Whether some part covers everything the policy, as it was written, covers. */
  readonly isWhole: boolean;
  /** The union of everything to look at. An empty list means nothing. */
  readonly parts: readonly Narrowing[];
  readonly defaultRegion: RegionId | undefined;
  readonly refused: readonly RefusedEvent[];
  /** Further remarks about the events, for the log. */
  readonly notes: readonly string[];
  /**
   * The most outcomes, warnings and lapsed keeps in the result. Left out: as many as the answer of a function may hold.
   */
  readonly resultMax?: number;
  /** The run touches only the entries of this plan that the parts cover. Left out: no plan is swept. */
  readonly plan?: SweptPlan | undefined;
};

/** The answer of a function has a size limit. Further outcomes are counted, and each still has its log line. */
const RESULT_MAX = 1_000;

/** Each refused event has its reason. After a hundred, refused events are only counted. */
const REFUSED_MAX = 100;

/**
 * A run: list everything, judge, plan, and then act as far as the mode allows. Writes to the cloud in the modes
 * `mark` and `sweep`.
 *
 * A connection or region that fails is part of the result. Throws `ConfigError` for a request that widens the policy.
 * Any other error is a defect of this program.
 */
export async function sweep(request: SweepRequest, deps: SweepDeps): Promise<RunResult> {
  const startedMs = deps.clock.now();
  deps.journal('run.started', {
    mode: runMode(request.parts, request.policy.mode),
    policy: request.origin,
    ...(request.plan === undefined ? {} : { plan: request.plan.origin }),
    rules: request.policy.rules,
    limits: request.policy.limits,
    ...(request.notes.length > 0 ? { notes: request.notes.slice(0, REFUSED_MAX) } : {}),
    ...refusedEvents(request.refused),
  });
  const { store, clock } = deps;
  const document = store && new ResultDocument(store, clock, { runId: deps.runId, startedAt: toIso(startedMs) });
  try {
    return await sweepInto(document, request, deps, startedMs);
  } finally {
    await document?.abandon();
  }
}

/** @param document takes the whole result. Undefined without a store */
async function sweepInto(
  document: ResultDocument | undefined,
  request: SweepRequest,
  deps: SweepDeps,
  startedMs: number,
): Promise<RunResult> {
  const warnings = warnOfPolicy(request.policy, request.origin, runMode(request.parts, request.policy.mode));
  reportWarnings(deps.journal, warnings);
  const { resultMax = RESULT_MAX } = request;
  const tally = new OutcomeTally(resultMax, (outcome) => document?.add(outcome));
  const telling = { policy: request.policy, journal: deps.journal, onPlanned: deps.onPlanned };
  const settle = (judged: Judged): boolean => {
    if (!isSettled(judged)) {
      return false;
    }
    if (isReported(judged)) {
      tally.addSettled(endSettled(judged, telling));
    }
    return true;
  };
  const read = await survey(request, deps, settle, () => document?.whenBehind());
  const surveyWarnings = warnOfSurvey(request.isWhole, read);
  reportWarnings(deps.journal, surveyWarnings);
  const notices = await readNotices(
    read.regions.flatMap(({ judged }) => judged),
    request.policy,
    deps,
  );
  const surveyed = { ...read, regions: read.regions.map((region) => withNotices(region, notices)) };
  const planned = plan(surveyed.regions, request.policy.limits, deps.clock.now());
  reportHalts(planned, request.policy, deps.journal);
  const stop = deps.store && new StopFile(deps.store);
  const { perDay } = request.policy.limits;
  const day = perDay === 'off' ? undefined : new DayLimit(perDay, deps.store, deps.clock);
  const done = await carryOut({ surveyed, planned, request, startedMs, stop, day }, deps);

  for (const outcome of listOutcomes(surveyed, planned.blocked, done, telling)) {
    tally.add(outcome);
    await document?.whenBehind();
  }
  const { counts, ...shown } = tally.toResult(surveyed.regions);
  for (const judged of stop?.heldBack === undefined ? goingLater(planned, counts.planned) : []) {
    deps.onPlanned?.(judged);
  }
  const regions = toRegionResults(surveyed, planned.halts);
  const status = toStatus(regions, counts, {
    somethingUnread:
      surveyed.somethingUnread || Boolean(stop?.heldBack?.code) || Boolean(day?.isUnread) || notices.isUnread,
    timeRanOut: tally.timeRanOut,
  });
  const durationMs = deps.clock.now() - startedMs;
  const mode = runMode(surveyed.parts, request.policy.mode);
  const unusable = notices.unusable.map((reason) => ({ reason }));
  const findings = toFindings([...warnings, ...surveyWarnings, ...unusable], surveyed, resultMax);
  const result: RunResult = {
    runId: deps.runId,
    mode,
    status,
    startedAt: toIso(startedMs),
    durationMs,
    regions,
    counts,
    ...shown,
    calls: deps.calls(),
    policy: request.origin,
    ...(request.plan === undefined ? {} : { plan: request.plan.origin }),
    ...findings,
    ...cutLeftovers(
      surveyed.regions.map(({ leftovers }) => leftovers),
      resultMax,
    ),
    ...refusedEvents([...request.refused, ...surveyed.refused]),
    ...(stop?.heldBack?.file === undefined ? {} : { stoppedBy: stop.heldBack.file }),
  };
  const kept = await keepResult(result, document, deps.journal);
  deps.journal('run.finished', {
    mode,
    status: kept.status,
    durationMs,
    counts,
    regions: regions.length,
    notFound: findings.notFound,
    calls: kept.calls,
    ...(document === undefined || kept.notStored !== undefined ? {} : { storedAs: document.path }),
  });
  return kept;
}

function reportHalts({ halts }: Plan, { limits }: Policy, journal: Journal): void {
  for (const { accountId, regionId, due, ours } of halts) {
    // The older name of "due", kept for the saved queries of operators.
    const ripe = due;
    journal('guard.halted', { accountId, regionId, ripe, ours, perRegionShare: limits.perRegionShare });
  }
}

/** The result once it is stored. If the result could not be stored, the run is incomplete. */
async function keepResult(
  result: RunResult,
  document: ResultDocument | undefined,
  journal: Journal,
): Promise<RunResult> {
  const notStored = document && (await whyNotStored(document.close(result), journal));
  return notStored === undefined ? result : { ...result, status: 'incomplete', notStored };
}

/** Everything a run has decided to do. */
type Work = {
  readonly surveyed: Survey;
  readonly planned: Plan;
  readonly request: SweepRequest;
  readonly startedMs: number;
  /** Undefined without a store. */
  readonly stop: StopFile | undefined;
  readonly day: DayLimit | undefined;
};

/** Number of backups written at the same time. On a mounted bucket, each waits for the network. */
const BACKUPS_WRITTEN_MAX = 512;

/** Tags first, because a mark that lapses costs a whole grace period, and a deletion that waits costs only a run. */
async function carryOut({ surveyed, planned, request, startedMs, stop, day }: Work, deps: SweepDeps): Promise<Done> {
  const { clock, journal, deadlineMs, store, runId, stopAsked = NEVER } = deps;
  const backups = store && { store, writing: new Semaphore(BACKUPS_WRITTEN_MAX) };
  const { policy, plan: sweptPlan } = request;
  const run = {
    runId,
    policy,
    clock,
    journal,
    deadlineMs,
    stopAsked,
    seenMs: startedMs,
    stop,
    day,
    backups,
    plan: sweptPlan,
  };
  const contexts = new Map<string, RegionContext>();
  for (const region of surveyed.regions) {
    const { facts } = region;
    if (facts) {
      contexts.set(placeKey(region), createRegionContext(run, region, facts));
    }
  }
  const contextOf = (place: Place): RegionContext => {
    const context = contexts.get(placeKey(place));
    if (context === undefined) {
      throw new Error(`no region ${placeKey(place)} in this run`);
    }
    return context;
  };

  const going = new Set(planned.queue.slice(0, planned.perRun).filter(isGoing));
  const tags = new Map<Judged, TagResult | undefined>();
  await Promise.all(
    surveyed.regions.map(async (region) => {
      const writable = region.judged.filter(({ mode }) => mayTag(mode));
      if (writable.length === 0) {
        return;
      }
      const verdicts = writable.map((judged) =>
        going.has(judged) ? withoutNewClocks(judged.verdict) : judged.verdict,
      );
      const results = await keepUpMarks(contextOf(region), verdicts);
      for (const judged of writable) {
        tags.set(judged, results.get(judged.verdict.connection.connectionId));
      }
    }),
  );

  // A run in mode `plan` also looks for the file, although it has no steps.
  await stop?.look();
  await Promise.all(surveyed.regions.map((region) => (hasDue(planned, region) ? day?.look(region) : undefined)));
  const { steps, tooLate } = await act(planned, contextOf, tags);
  return {
    steps,
    foreseen: describeLeftOver({ ...planned, heldBack: stop?.heldBack }, steps, tooLate, {
      day,
      holdMs: policy.detach.holdMs,
    }),
    tags,
  };
}

/** The connection has its turn in this run, by a clock of its mark. */
const isGoing = ({ mode, verdict }: Judged): boolean =>
  mode === 'sweep' && verdict.kind === 'orphan' && verdict.restsOnMark;

const hasDue = ({ queue }: Plan, place: Place): boolean => queue.some((judged) => placeKey(judged) === placeKey(place));

function refusedEvents(refused: readonly RefusedEvent[]): Pick<RunResult, 'refusedEvents' | 'refusedEventsOmitted'> {
  if (refused.length === 0) {
    return {};
  }
  const omitted = refused.length - REFUSED_MAX;
  return { refusedEvents: refused.slice(0, REFUSED_MAX), ...(omitted > 0 ? { refusedEventsOmitted: omitted } : {}) };
}

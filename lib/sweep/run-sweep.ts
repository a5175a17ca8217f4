import type { Clock, CloudApi } from '../core/domain/cloud-api.ts';
import type { RegionId } from '../core/domain/estate.ts';
import type { Journal } from '../core/domain/journal.ts';
import { type RefusedEvent, type RunResult, toStatus } from '../core/domain/outcome.ts';
import { type Place, placeKey } from '../core/domain/place.ts';
import type { Narrowing, Policy, PolicyOrigin } from '../core/domain/policy.ts';
import { toIso } from '../core/domain/time.ts';
import { mayTag, runMode } from '../core/plan/narrow.ts';
import { type Judged, type Plan, plan } from '../core/plan/plan.ts';
import { warnOfPolicy } from '../core/plan/policy-warnings.ts';
import { keepUpMarks, type TagResult } from './marks/mark-upkeep.ts';
import { OutcomeTally } from './outcome-tally.ts';
import { reportWarnings, toFindings, warnOfSurvey } from './policy-findings.ts';
import { createRegionContext, type RegionContext } from './run-context.ts';
import { type Done, endSettled, isSettled, listOutcomes } from './settle-outcomes.ts';
import { act, describeLeftOver } from './steps/act.ts';
import { type Survey, survey, toRegionResults } from './survey/survey.ts';
import type { OnReading } from './survey/watch-reading.ts';

/** What a run needs of the world; built by `create-sweep-deps.ts`. */
export type SweepDeps = {
  readonly api: CloudApi;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Attempts by action, up to now. */
  readonly calls: () => Readonly<Record<string, number>>;
  readonly runId: string;
  /** Absolute, milliseconds since the epoch; Infinity when nobody will stop us. */
  readonly deadlineMs: number;
  /** Told how far the reading has come, for whoever waits. Must not throw. */
  readonly onReading?: OnReading;
};

export type SweepRequest = {
  readonly policy: Policy;
  readonly origin: PolicyOrigin;
  /** Some part covers all that the policy, as it was written, is about. */
  readonly isWhole: boolean;
  /** The union of what is to be looked at; empty means nothing. */
  readonly parts: readonly Narrowing[];
  readonly defaultRegion: RegionId | undefined;
  readonly refused: readonly RefusedEvent[];
  /** What else there is to say of the events, for the log. */
  readonly notes: readonly string[];
  /** So many outcomes, warnings and lapsed keeps each are in the result; left out: as many as a function may answer. */
  readonly resultMax?: number;
};

/** What a function answers is bounded. Whatever is over is counted, and each outcome is still a log line. */
const RESULT_MAX = 1_000;

/** Each has its reason; past a hundred of them the rest is counted. */
const REFUSED_MAX = 100;

/**
 * One run: list everything, judge, plan, and then, as far as the mode allows, act. Writes to the cloud in the modes
 * `mark` and `sweep`.
 *
 * A connection or region that fails is part of the result. Throws `ConfigError` for a request that widens the policy,
 * and nothing else but defects of ours.
 */
export async function sweep(request: SweepRequest, deps: SweepDeps): Promise<RunResult> {
  const startedMs = deps.clock.now();
  deps.journal('run.started', {
    mode: runMode(request.parts, request.policy.mode),
    policy: request.origin,
    rules: request.policy.rules,
    limits: request.policy.limits,
    ...(request.notes.length > 0 ? { notes: request.notes.slice(0, REFUSED_MAX) } : {}),
    ...refusedEvents(request.refused),
  });
  const warnings = warnOfPolicy(request.policy, request.origin, runMode(request.parts, request.policy.mode));
  reportWarnings(deps.journal, warnings);

  const { resultMax = RESULT_MAX } = request;
  const tally = new OutcomeTally(resultMax);
  const telling = { policy: request.policy, journal: deps.journal };
  const surveyed = await survey(request, deps, (judged) => {
    if (!isSettled(judged)) {
      return false;
    }
    if (judged.mode !== undefined) {
      tally.addSettled(endSettled(judged, telling));
    }
    return true;
  });
  const surveyWarnings = warnOfSurvey(request.isWhole, surveyed);
  reportWarnings(deps.journal, surveyWarnings);
  const planned = plan(surveyed.regions, request.policy.limits, deps.clock.now());
  for (const { accountId, regionId, due, ours } of planned.halts) {
    deps.journal('guard.halted', {
      accountId,
      regionId,
      // The older name of "due", kept for the queries that people have saved.
      ripe: due,
      ours,
      perRegionShare: request.policy.limits.perRegionShare,
    });
  }
  const done = await carryOut({ surveyed, planned, policy: request.policy, startedMs }, deps);

  for (const outcome of listOutcomes(surveyed, planned, done, telling)) {
    tally.add(outcome);
  }
  const { timeRanOut } = tally;
  const { counts, ...shown } = tally.toResult(surveyed.regions);
  const regions = toRegionResults(surveyed, planned.halts);
  const status = toStatus(regions, counts, {
    somethingUnread: surveyed.somethingUnread,
    timeRanOut,
  });
  const durationMs = deps.clock.now() - startedMs;
  const mode = runMode(surveyed.parts, request.policy.mode);
  const findings = toFindings([...warnings, ...surveyWarnings], surveyed, resultMax);
  deps.journal('run.finished', {
    mode,
    status,
    durationMs,
    counts,
    regions: regions.length,
    notFound: findings.notFound,
    calls: deps.calls(),
  });
  return {
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
    ...findings,
    ...refusedEvents([...request.refused, ...surveyed.refused]),
  };
}

/** What a run has decided to do, and since when it looked. */
type Work = {
  readonly surveyed: Survey;
  readonly planned: Plan;
  readonly policy: Policy;
  readonly startedMs: number;
};

/** Tags first: a mark that lapses costs a whole grace period, a deletion that waits costs one run. */
async function carryOut({ surveyed, planned, policy, startedMs }: Work, deps: SweepDeps): Promise<Done> {
  const { clock, journal, deadlineMs } = deps;
  const run = { policy, clock, journal, deadlineMs, seenMs: startedMs };
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

  const tags = new Map<Judged, TagResult | undefined>();
  await Promise.all(
    surveyed.regions.map(async (region) => {
      const writable = region.judged.filter(({ mode }) => mayTag(mode));
      if (writable.length === 0) {
        return;
      }
      const results = await keepUpMarks(contextOf(region), writable);
      for (const judged of writable) {
        tags.set(judged, results.get(judged.verdict.connection.connectionId));
      }
    }),
  );

  const { steps, tooLate } = await act(planned, contextOf, tags);
  return { steps, foreseen: describeLeftOver(planned, steps, tooLate), tags };
}

function refusedEvents(refused: readonly RefusedEvent[]): Pick<RunResult, 'refusedEvents' | 'refusedEventsOmitted'> {
  if (refused.length === 0) {
    return {};
  }
  const omitted = refused.length - REFUSED_MAX;
  return { refusedEvents: refused.slice(0, REFUSED_MAX), ...(omitted > 0 ? { refusedEventsOmitted: omitted } : {}) };
}

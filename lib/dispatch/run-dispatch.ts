import { sideBySide } from '../core/concurrency/map-concurrent.ts';
import type { Clock, CloudApi, FunctionApi, OrganizationApi } from '../core/domain/cloud-api.ts';
import type { DispatchResult, ScopeResult } from '../core/domain/dispatch-result.ts';
import { CloudError } from '../core/domain/errors.ts';
import type { AccountId, RegionId } from '../core/domain/estate.ts';
import type { Journal } from '../core/domain/log-event.ts';
import type { RefusedEvent } from '../core/domain/outcome.ts';
import type { DeclaredPolicy, Narrowing } from '../core/domain/policy.ts';
import { toIso } from '../core/domain/time.ts';
import { dispatchAdvice } from './dispatch-advice.ts';
import { resolveScopes, type Scope } from './sweep-places.ts';
/** What a dispatch needs of the world; built by `dispatch-deps.ts`. */
export type DispatchDeps = {
  readonly api: Pick<CloudApi, 'listRegions'>;
  readonly organization: OrganizationApi;
  readonly sweep: FunctionApi;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Attempts by action, up to now. */
  readonly calls: () => Readonly<Record<string, number>>;
  readonly dispatchId: string;
  /** Invocations at the same time. */
  readonly concurrency: number;
};

export type DispatchRequest = {
  readonly policy: DeclaredPolicy;
  readonly parts: readonly Narrowing[];
  /** The account the dispatcher runs in. */
  readonly own: AccountId;
  readonly defaultRegion: RegionId | undefined;
  readonly kind: 'sweep' | 'event';
  /** The tick or minute that makes a sweep the same one when it is asked for again. */
  readonly moment: string;
  readonly refused: readonly RefusedEvent[];
  readonly notes: readonly string[];
};

/** Each has its reason; past a hundred of them the rest is left out. */
const REFUSED_MAX = 100;

/**
 * Start one sweep for each account and region that is asked for, asynchronously, and each once for its moment.
 *
 * A scope that cannot be started is part of the result, and does not stop the others. Throws `ConfigError` for a
 * request that cannot be meant, before anything is started, and else nothing but defects of ours.
 */
export async function dispatch(request: DispatchRequest, deps: DispatchDeps): Promise<DispatchResult> {
  const { clock, journal } = deps;
  const startedMs = clock.now();
  const { scopes, lost, notes, ...found } = await resolveScopes(request, deps);
  const { moment } = request;
  const refused = [...request.refused, ...found.refused];
  const said = [...request.notes, ...notes].slice(0, REFUSED_MAX);
  const refusedEvents = refused.length === 0 ? {} : { refusedEvents: refused.slice(0, REFUSED_MAX) };
  journal('dispatch.started', {
    moment,
    scopes: scopes.length,
    ...(said.length > 0 ? { notes: said } : {}),
    ...refusedEvents,
  });
  const results = [
    ...lost.map(({ accountId, regionId, error }) => failed({ accountId, regionId, taskId: null }, error, journal)),
    ...(await sideBySide(scopes, deps.concurrency, (scope) => start(scope, deps))),
  ];
  const counts = countStates(results);
  const durationMs = clock.now() - startedMs;
  journal('dispatch.finished', { moment, durationMs, counts, calls: deps.calls() });
  return {
    dispatchId: deps.dispatchId,
    moment,
    startedAt: toIso(startedMs),
    durationMs,
    counts,
    scopes: results,
    calls: deps.calls(),
    ...refusedEvents,
  };
}

async function start(scope: Scope, { sweep, journal }: DispatchDeps): Promise<ScopeResult> {
  const { accountId, regionId, taskId } = scope;
  try {
    const { state, requestId = null } = await sweep.start(taskId, JSON.stringify(scope.event));
    journal('scope.started', { accountId, regionId, taskId, state, cloudRequestId: requestId });
    return { accountId, regionId, state, taskId, requestId, code: null, reason: null, advice: null };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return failed(scope, error, journal);
  }
}

type Place = Pick<ScopeResult, 'accountId' | 'regionId' | 'taskId'>;

function failed({ accountId, regionId, taskId }: Place, error: CloudError, journal: Journal): ScopeResult {
  const { action, code, requestId = null, message: reason } = error;
  const advice = dispatchAdvice(error);
  const where = { accountId: accountId ?? undefined, regionId: regionId ?? undefined, taskId };
  journal('scope.failed', { ...where, action, code, cloudRequestId: requestId, reason, advice });
  return { accountId, regionId, state: 'failed', taskId, requestId, code, reason, advice };
}

function countStates(results: readonly ScopeResult[]): DispatchResult['counts'] {
  const counts = { started: 0, 'already-started': 0, failed: 0 };
  for (const { state } of results) counts[state] += 1;
  return counts;
}

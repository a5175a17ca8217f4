import { mapConcurrent } from '../core/concurrency/map-concurrent.ts';
import type { DispatchResult, PlaceResult } from '../core/domain/dispatch-result.ts';
import { CloudError } from '../core/domain/errors.ts';
import type { Journal } from '../core/domain/journal.ts';
import { toIso } from '../core/domain/time.ts';
import { RESULT_FORMAT, resultPath } from '../core/store/store-layout.ts';
import { whyNotStored } from '../core/store/why-not-stored.ts';
import { dispatchAdvice } from './dispatch-advice.ts';
import type { DispatchDeps, DispatchRequest } from './dispatch-request.ts';
import { findPlacesToSweep, type PlaceToSweep } from './sweep-places.ts';

/** Each refusal has its reason. Refusals beyond a hundred are left out. */
const REFUSED_MAX = 100;

/**
 * Start an asynchronous sweep for each requested account and region, and only once for each moment.
 *
 * A sweep that cannot be started is part of the result, and does not stop the other sweeps. Throws `ConfigError` for an
 * impossible request before anything is started. Any other error is a defect of this program.
 */
export async function dispatch(request: DispatchRequest, deps: DispatchDeps): Promise<DispatchResult> {
  const { clock, journal } = deps;
  const startedMs = clock.now();
  const { scopes, lost, notes, ...found } = await findPlacesToSweep(request, deps);
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
    ...(await mapConcurrent(scopes, deps.concurrency, (place) => start(place, deps))),
  ];
  const counts = countStates(results);
  const durationMs = clock.now() - startedMs;
  const result: DispatchResult = {
    dispatchId: deps.dispatchId,
    moment,
    startedAt: toIso(startedMs),
    durationMs,
    counts,
    scopes: results,
    calls: deps.calls(),
    ...refusedEvents,
  };
  const kept = await keepResult(result, deps);
  journal('dispatch.finished', { moment, durationMs, counts, calls: kept.calls });
  return kept;
}

/** The result once it is stored, if there is a store. */
async function keepResult(result: DispatchResult, { store, clock, journal }: DispatchDeps): Promise<DispatchResult> {
  if (store === undefined) {
    return result;
  }
  const path = resultPath(clock.now(), result.dispatchId);
  const notStored = await whyNotStored(store.put(path, { format: RESULT_FORMAT, ...result }), journal);
  return notStored === undefined ? result : { ...result, notStored };
}

async function start(place: PlaceToSweep, { sweep, journal }: DispatchDeps): Promise<PlaceResult> {
  const { accountId, regionId, taskId } = place;
  try {
    const { state, requestId = null } = await sweep.start(taskId, JSON.stringify(place.event));
    journal('scope.started', { accountId, regionId, taskId, state, cloudRequestId: requestId });
    return { accountId, regionId, state, taskId, requestId, code: null, reason: null, advice: null };
  } catch (error) {
    if (!(error instanceof CloudError)) {
      throw error;
    }
    return failed(place, error, journal);
  }
}

type Place = Pick<PlaceResult, 'accountId' | 'regionId' | 'taskId'>;

function failed({ accountId, regionId, taskId }: Place, error: CloudError, journal: Journal): PlaceResult {
  const { action, code, requestId = null, message: reason } = error;
  const advice = dispatchAdvice(error);
  const where = { accountId: accountId ?? undefined, regionId: regionId ?? undefined, taskId };
  journal('scope.failed', { ...where, action, code, cloudRequestId: requestId, reason, advice });
  return { accountId, regionId, state: 'failed', taskId, requestId, code, reason, advice };
}

function countStates(results: readonly PlaceResult[]): DispatchResult['counts'] {
  const counts = { started: 0, 'already-started': 0, failed: 0 };
  for (const { state } of results) {
    counts[state] += 1;
  }
  return counts;
}

import type { DispatchResult } from '../lib/core/domain/dispatch-result.ts';
import { ConfigError } from '../lib/core/domain/errors.ts';
import { isAccountId } from '../lib/core/domain/ids.ts';
import type { DispatchRequest } from '../lib/dispatch/dispatch-request.ts';
import { dispatch } from '../lib/dispatch/run-dispatch.ts';
import { toMinute, toTick } from '../lib/dispatch/task-id.ts';
import { parseMoment } from '../lib/event/event-moment.ts';
import { parseEvent } from '../lib/event/parse-event.ts';
import { createDispatchDeps } from '../lib/wiring/create-dispatch-deps.ts';
import { createJournal, parseLevel } from '../lib/wiring/create-log.ts';
import { startClock } from '../lib/wiring/machine-clock.ts';
import { openPolicyStore } from '../lib/wiring/open-policy-store.ts';
import { readConcurrency, readTarget } from '../lib/wiring/sweep-function.ts';
import {
  budgetMs,
  type FcContext,
  parseThrow,
  readPolicy,
  shortList,
  toCredentials,
  withReadableErrors,
} from './fc/fc-context.ts';

/**
 * Function Compute entry point that starts an asynchronous sweep for each account and region. Returns the result as
 * JSON text.
 *
 * Throws `ConfigError` for a bad policy, event or environment, before any call to the cloud. If a sweep could not be
 * started or the result could not be stored, it throws an error with counts and reasons, so that the platform retries,
 * unless `SWEEP_THROW=never`. A retry does not start a started sweep again.
 */
export const handler = withReadableErrors(run);

async function run(event: Uint8Array, context: FcContext): Promise<string> {
  const clock = startClock();
  const startedMs = clock.now();
  const env = process.env;
  const throws = parseThrow(env.SWEEP_THROW);
  const level = parseLevel(env.LOG_LEVEL);
  const concurrency = readConcurrency(env);
  const { policy } = readPolicy(env);
  const defaultRegion = context.region ?? env.FC_REGION;
  const accountId = ownAccount(context);
  const target = { accountId, ...readTarget(env, defaultRegion) };
  const request = readRequest(event, startedMs, { policy, own: accountId, defaultRegion });
  const credentials = toCredentials(context.credentials);
  const deadlineMs = startedMs + budgetMs(context);
  const deps = createDispatchDeps({
    env,
    credentials,
    policy,
    target,
    clock,
    concurrency,
    deadlineMs,
    store: await openPolicyStore(policy, { clock, deadlineMs }),
    journal: (dispatchId) =>
      createJournal({
        level,
        bindings: { dispatchId, requestId: context.requestId },
        write: (line) => process.stdout.write(line),
      }),
  });
  const result = await dispatch(request, deps).finally(deps.close);
  if ((result.counts.failed > 0 || result.notStored !== undefined) && throws) {
    throw new NotAllStarted(result);
  }
  return JSON.stringify(result);
}

/** A tick has its planned moment. An event has the minute of its `time`. Any other request has the present minute. */
function readRequest(
  text: Uint8Array,
  nowMs: number,
  scope: Pick<DispatchRequest, 'policy' | 'own' | 'defaultRegion'>,
): DispatchRequest {
  const { kind, ms, event } = parseMoment(text, nowMs);
  const { parts, refused, notes, source } = parseEvent(event, scope.policy, scope.defaultRegion);
  const moment = kind === 'tick' ? toTick(ms) : toMinute(ms);
  return { ...scope, parts, refused, notes, kind: source === 'events' ? 'event' : 'sweep', moment };
}

function ownAccount({ accountId }: FcContext): string {
  const own = accountId ?? process.env.FC_ACCOUNT_ID;
  if (own !== undefined && isAccountId(own)) {
    return own;
  }
  throw new ConfigError('the context of the function names no account: the dispatcher runs on Function Compute only');
}

/** The platform logs the message of an error and shows it to the caller, so it has only counts, ids and codes. */
class NotAllStarted extends Error {
  override readonly name = 'NotAllStarted';

  constructor({ dispatchId, moment, counts, scopes, notStored }: DispatchResult) {
    const failed = scopes
      .filter(({ state }) => state === 'failed')
      .map(
        ({ accountId, regionId, code, advice }) =>
          `${accountId ?? 'every account'} ${regionId ?? 'every region'}: ${code}. ${advice}`,
      );
    const problems = [...shortList(failed), ...(notStored === undefined ? [] : [`result not stored: ${notStored}`])];
    super(`dispatch ${dispatchId} of ${moment}: ${JSON.stringify(counts)}; ${problems.join('; ')}`);
  }
}

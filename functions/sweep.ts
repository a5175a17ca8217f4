import { advice } from '../lib/core/advice/error-advice.ts';
import type { Journal } from '../lib/core/domain/journal.ts';
import type { RunResult } from '../lib/core/domain/outcome.ts';
import { placeKey } from '../lib/core/domain/place.ts';
import { scopeRun } from '../lib/core/plan/run-scope.ts';
import { parseEvent } from '../lib/event/parse-event.ts';
import { sweep } from '../lib/sweep/run-sweep.ts';
import { createJournal, parseLevel } from '../lib/wiring/create-log.ts';
import { createDeps } from '../lib/wiring/create-sweep-deps.ts';
import { startClock } from '../lib/wiring/machine-clock.ts';
import { openPolicyStore } from '../lib/wiring/open-policy-store.ts';
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
 * Function Compute entry point for timer ticks, EventBridge events and direct calls. Returns the result as JSON text.
 *
 * Throws `ConfigError` for a bad policy, event or environment, before any call to the cloud. Throws an error with the
 * counts for an `incomplete` run, so that the platform reports it, unless `SWEEP_THROW=never`.
 */
export const handler = withReadableErrors(run);

async function run(event: Uint8Array, context: FcContext): Promise<string> {
  const clock = startClock();
  const startedMs = clock.now();
  const env = process.env;
  const throwsIncomplete = parseThrow(env.SWEEP_THROW);
  const level = parseLevel(env.LOG_LEVEL);
  const { policy: declared, origin } = readPolicy(env);
  const defaultRegion = context.region ?? env.FC_REGION;
  const request = parseEvent(event, declared, defaultRegion);
  const scope = scopeRun(declared, request.parts, context.accountId ?? env.FC_ACCOUNT_ID);
  const { policy, parts } = scope;
  const credentials = toCredentials(context.credentials);
  const deadlineMs = startedMs + budgetMs(context);
  const problems = new Set<string>();
  const deps = createDeps({
    env,
    credentials,
    policy,
    clock,
    deadlineMs,
    store: await openPolicyStore(policy, { clock, deadlineMs }),
    journal: (runId) =>
      noting(
        problems,
        createJournal({
          level,
          bindings: { runId, requestId: context.requestId },
          write: (line) => process.stdout.write(line),
        }),
      ),
  });
  const refused = [...request.refused, ...scope.refused];
  const notes = [...request.notes, ...scope.notes];
  const asked = { policy, origin, parts, isWhole: request.whole, defaultRegion, refused, notes };
  const result = await sweep(asked, deps).finally(deps.close);
  if (result.status === 'incomplete' && throwsIncomplete) {
    throw new IncompleteRun(result, problems);
  }
  return JSON.stringify(result);
}

/**
 * The platform logs the message of an error and shows it to the caller, so it has counts and ids but no outcome text.
 */
class IncompleteRun extends Error {
  override readonly name = 'IncompleteRun';

  constructor({ runId, counts, regions, notStored }: RunResult, problems: ReadonlySet<string>) {
    const unread = regions.filter(({ listing }) => listing === 'unread').map(({ regionId }) => regionId);
    const where = unread.length > 0 ? `; not read: ${shortList(unread).join(', ')}` : '';
    const why = problems.size > 0 ? `; ${shortList([...problems]).join('; ')}` : '';
    const lost = notStored === undefined ? '' : `; result not stored: ${notStored}`;
    super(`run ${runId} is incomplete: ${JSON.stringify(counts)}${where}${why}${lost}`);
  }
}

/**
 * Remember failures that concern no single connection, for the message of an incomplete run: places, actions and codes.
 */
const noting =
  (problems: Set<string>, journal: Journal): Journal =>
  (event, fields) => {
    journal(event, fields);
    const { accountId = '', regionId = '', connectionId, roleArn, action, code } = fields;
    const failed = event === 'step.failed' || (event === 'region.listed' && fields.listing === 'unread');
    if (!failed || connectionId !== undefined || !code) {
      return;
    }
    const place = typeof roleArn === 'string' ? roleArn : placeKey({ accountId, regionId }).trim();
    const todo = advice({ action: action ?? '', code });
    problems.add(`${place}: ${action} ${code}${todo === undefined ? '' : ` (${todo})`}`);
  };

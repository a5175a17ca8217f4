import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startClock } from '../lib/clock.ts';
import { ConfigError } from '../lib/core/errors.ts';
import type { RunResult } from '../lib/core/outcome.ts';
import { createDeps } from '../lib/deps.ts';
import { parseEvent } from '../lib/event.ts';
import { createJournal, parseLevel } from '../lib/log.ts';
import { loadPolicy } from '../lib/policy.ts';
import { withReadableStack } from '../lib/readable-stack.ts';
import { sweep } from '../lib/sweep.ts';

/** What Function Compute passes to a handler; only the fields we use, and none is taken for granted. */
export type FcContext = {
  readonly requestId?: string;
  readonly region?: string;
  readonly credentials?: {
    readonly accessKeyId?: string;
    readonly accessKeySecret?: string;
    readonly securityToken?: string;
  };
  /** `timeout` in seconds. */
  readonly function?: { readonly timeout?: number | string };
};

/** The end of the function's time is kept for reporting: 5 s or a tenth of it, whichever is less. */
const RESERVE_MS = 5_000;

/**
 * Function Compute entry point, for timer ticks, EventBridge events and direct calls. Answers the result as JSON text.
 *
 * Throws `ConfigError` for a bad policy, event or environment, before any call to the cloud, and an error with the
 * counts for an `incomplete` run (unless `SWEEP_THROW=never`), so that the platform retries and reports it.
 */
export async function handler(event: Uint8Array, context: FcContext): Promise<string> {
  try {
    return await run(event, context);
  } catch (error) {
    // The platform logs the stack of what is thrown.
    throw withReadableStack(error, __filename);
  }
}

async function run(event: Uint8Array, context: FcContext): Promise<string> {
  const clock = startClock();
  const startedMs = clock.now();
  const env = process.env;
  const throwsIncomplete = parseThrow(env.SWEEP_THROW);
  const level = parseLevel(env.LOG_LEVEL);
  const policy = loadPolicy({ env, ...packedPolicy(), readFile: (path) => readFileSync(path, 'utf8') });
  const defaultRegion = context.region ?? env.FC_REGION;
  const request = parseEvent(event, policy, defaultRegion);
  const deps = createDeps({
    env,
    credentials: toCredentials(context.credentials),
    policy,
    clock,
    deadlineMs: startedMs + budgetMs(context),
    journal: (runId) =>
      createJournal({
        level,
        bindings: { runId, requestId: context.requestId },
        write: (line) => process.stdout.write(line),
      }),
  });
  const { parts, refused, notes } = request;
  const result = await sweep({ policy, parts, defaultRegion, refused, notes }, deps);
  if (result.status === 'incomplete' && throwsIncomplete) throw new IncompleteRun(result);
  return JSON.stringify(result);
}

/** The platform logs an error's message and shows it to the caller: counts and ids, never an outcome's text. */
class IncompleteRun extends Error {
  override readonly name = 'IncompleteRun';

  constructor({ runId, counts, regions }: RunResult) {
    const unread = regions.filter(({ listing }) => listing === 'unread').map(({ regionId }) => regionId);
    const where = unread.length > 0 ? `; not read: ${unread.join(', ')}` : '';
    super(`run ${runId} is incomplete: ${JSON.stringify(counts)}${where}`);
  }
}

/** The build packs `policy.json`; one's own `policy.yaml`, put beside the code by hand, is read as well. */
function packedPolicy(): { packed?: string } {
  const names = ['policy.json', 'policy.yaml'].filter((name) => existsSync(join(__dirname, name)));
  const [name, other] = names;
  if (other !== undefined) throw new ConfigError(`${names.join(' and ')} are both packed; keep only one of them`);
  return name === undefined ? {} : { packed: join(__dirname, name) };
}

function parseThrow(text: string | undefined): boolean {
  const wanted = text?.trim() || 'incomplete';
  if (wanted !== 'incomplete' && wanted !== 'never') {
    throw new ConfigError(`SWEEP_THROW is "${wanted}"; allowed: incomplete, never`);
  }
  return wanted === 'incomplete';
}

/** Read on every invocation: the platform renews them, and an instance outlives them. */
function toCredentials(credentials: FcContext['credentials']) {
  const { accessKeyId, accessKeySecret, securityToken } = credentials ?? {};
  if (!accessKeyId || !accessKeySecret) {
    throw new ConfigError('the function has no credentials: give it a role (s.yaml, `role`)');
  }
  return securityToken ? { accessKeyId, accessKeySecret, securityToken } : { accessKeyId, accessKeySecret };
}

/** Milliseconds a run may take. Without a timeout in the context there is nothing to keep to. */
function budgetMs(context: FcContext): number {
  const timeoutMs = Number(context.function?.timeout) * 1000;
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0) return Number.POSITIVE_INFINITY;
  return timeoutMs - Math.min(RESERVE_MS, timeoutMs / 10);
}

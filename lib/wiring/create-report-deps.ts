import { randomUUID } from 'node:crypto';
import type { Route } from '../cloud/http/sockets.ts';
import type { Clock } from '../core/domain/cloud-api.ts';
import { ConfigError } from '../core/domain/errors.ts';
import type { Journal } from '../core/domain/journal.ts';
import type { Policy } from '../core/domain/policy.ts';
import type { ReportDeps } from '../report/make-report/make-report.ts';
import { checkChannels, sendMessage } from '../report/messages/send-message.ts';
import type { Environment } from './create-sweep-deps.ts';
import { openPolicyStore } from './open-policy-store.ts';
import { createPost } from './post-once.ts';
import { refuseDebug } from './refuse-debug.ts';

/**
 * Join a report to its store and its channels.
 *
 * @throws ConfigError before anything is written or sent, for a policy without a store, a folder that is not a store,
 *   or a channel with unusable variables
 */
export async function createReportDeps(options: {
  readonly env: Environment;
  readonly policy: Pick<Policy, 'store' | 'notify'>;
  readonly journal: (runId: string) => Journal;
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** The proxies of the environment. Undefined for a direct connection. */
  readonly route?: Route | undefined;
}): Promise<ReportDeps> {
  const { env, policy, clock, deadlineMs } = options;
  refuseDebug(env);
  checkChannels(policy.notify.channels, env);
  const store = await openPolicyStore(policy, { clock, deadlineMs });
  if (store === undefined) {
    throw new ConfigError('a report needs a store: name one with store, SWEEP_STORE or --store');
  }
  const runId = randomUUID();
  const journal = options.journal(runId);
  const post = createPost(options.route);
  const messages = { env, post, clock, random: Math.random, deadlineMs, log: journal };
  return { store, clock, journal, runId, send: (request) => sendMessage(request, messages) };
}

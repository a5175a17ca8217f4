import { randomUUID } from 'node:crypto';
import type { Answered, FunctionApi } from '../../core/domain/cloud-api.ts';
import { CloudError } from '../../core/domain/errors.ts';
import type { DeclaredPolicy, EventBody, Mode } from '../../core/domain/policy.ts';
import { byRule } from '../../core/rules/all-rules.ts';
import { dispatchAdvice } from '../../dispatch/dispatch-advice.ts';
import { refuseUnknownSwitches } from '../../policy/deploy-switches.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { allOf } from '../../wiring/access/all-of.ts';
import { type Access, openAccess } from '../../wiring/access/open-access.ts';
import { createSweepFunction } from '../../wiring/create-dispatch-deps.ts';
import { createDeps } from '../../wiring/create-sweep-deps.ts';
import { readTarget, type TargetNames } from '../../wiring/sweep-function.ts';
import { EXIT, exitCodeOf } from '../exit-code.ts';
import { Interrupted, type Io } from '../io.ts';
import { createOutput, type Output } from '../output.ts';
import type { RunOptions } from '../run-options.ts';
import { readDefaultRegion } from '../session/resolve-scope.ts';
import { createRunWatcher } from '../session/run-watcher.ts';
import { readAnswer, worstOf } from './read-answer.ts';

export type InvokeOptions = RunOptions & { readonly mode?: Mode; readonly async?: true };

/**
 * Calls the deployed function, and prints its answer like the result of a local run. The function acts by its own
 * policy and mode. The options only narrow its scope.
 *
 * @throws ConfigError for a local mistake, before any call
 */
export async function invokeCommand(options: InvokeOptions, io: Io): Promise<number> {
  const [names, policy, access] = allOf(
    () => readTarget(io.env, readDefaultRegion(io.env)),
    () => policyOfReport(options, io),
    () => openAccess(options, io),
    () => refuseUnknownSwitches(io.env),
  );
  const output = createOutput(io, options);
  const sweep = await openFunction(names, policy, { io, access, output });
  const event = JSON.stringify(toEvent(options));
  if (options.async) {
    return await start(sweep, event, output, io);
  }
  const answered = await untilInterrupted(io, withAdvice(sweep.call(event), output));
  return answered.kind === 'answer' ? showAnswer(answered, policy, output, options) : showError(answered, output);
}

/** The request. If an option is absent, the function's policy decides. */
function toEvent({ mode, account, region, connection }: InvokeOptions): EventBody {
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(account === undefined ? {} : { accounts: account }),
    ...(region === undefined ? {} : { regions: region }),
    ...(connection === undefined ? {} : { connections: connection }),
  };
}

/**
 * The policy tells the report when orphans become deletable. Without a policy, the report repeats the function's
 * reasons.
 */
function policyOfReport({ policy: file }: InvokeOptions, io: Io): DeclaredPolicy {
  if (file !== undefined) {
    return loadPolicy({ env: {}, file, readFile: io.readFile }).policy;
  }
  return { ...parsePolicy('', 'defaults'), rules: byRule(() => 'off') };
}

type Opening = { readonly io: Io; readonly access: Access; readonly output: Output };

async function openFunction(names: TargetNames, declared: DeclaredPolicy, opening: Opening): Promise<FunctionApi> {
  const { io, access, output } = opening;
  const { env, clock } = io;
  const policy = { ...declared, accounts: [] };
  const credentials = await access.credentials();
  const { screen, journalOf: journal } = createRunWatcher(io);
  try {
    const common = { env, credentials, route: access.route, policy, clock, deadlineMs: Number.POSITIVE_INFINITY };
    const { api, journal: note, close } = createDeps({ ...common, journal });
    const accountId = await withAdvice(api.getAccountId(), output).finally(close);
    return createSweepFunction({
      ...common,
      target: { accountId, ...names },
      observer: {
        onCall: () => undefined,
        onRetry: ({ requestId, ...retry }) => note('step.retried', { ...retry, cloudRequestId: requestId }),
      },
    });
  } finally {
    screen.close();
  }
}

/** Each call gets its own task id, because a person who repeats the command wants another run. */
async function start(sweep: FunctionApi, event: string, output: Output, io: Io): Promise<number> {
  const taskId = `invoke_${randomUUID()}`;
  const { state, requestId = null } = await untilInterrupted(io, withAdvice(sweep.start(taskId, event), output));
  output.answer({ kind: 'accepted', state, taskId, requestId });
  return EXIT.nothingLeft;
}

async function withAdvice<T>(invocation: Promise<T>, output: Output): Promise<T> {
  return await invocation.catch((error: unknown) => {
    if (error instanceof CloudError) {
      output.say(dispatchAdvice(error));
    }
    throw error;
  });
}

async function untilInterrupted<T>(io: Io, invocation: Promise<T>): Promise<T> {
  let ignore = (): unknown => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    ignore = io.onStop(() =>
      reject(new Interrupted('interrupted. The function goes on, and its log tells how it ends')),
    );
  });
  try {
    return await Promise.race([invocation, interrupted]);
  } finally {
    ignore();
  }
}

function showAnswer(
  { text }: { text: string },
  declared: DeclaredPolicy,
  output: Output,
  { failOn }: RunOptions,
): number {
  const answer = readAnswer(text);
  if (answer.kind === 'dispatch') {
    const { kind, result } = answer;
    output.answer({ kind, result });
    const isFailed = result.counts.failed > 0 || result.scopes.some(({ state }) => state === 'failed');
    return isFailed || result.notStored !== undefined ? EXIT.incomplete : EXIT.nothingLeft;
  }
  const { kind, result, received } = answer;
  const worst = worstOf(result);
  const policy = { ...declared, accounts: [] };
  output.answer({ kind, result: worst, background: { policy }, received });
  return exitCodeOf(worst, failOn);
}

type InvokedError = Extract<Answered, { kind: 'function-error' }>;

/** Exits like a run on this machine. Only the error message remains of an incomplete run's result. */
function showError({ errorType, message, requestId }: InvokedError, output: Output): number {
  const [first = '', ...more] = message.split('\n');
  output.complain(`the function failed (${errorType}): ${first === '' ? 'it said nothing more' : first}`);
  for (const line of more) {
    output.complain(line);
  }
  if (requestId !== undefined) {
    output.complain(`its log has more, under request ${requestId}`);
  }
  if (errorType === 'IncompleteRun' || errorType === 'NotAllStarted') {
    return EXIT.incomplete;
  }
  return errorType === 'ConfigError' ? EXIT.badUsage : EXIT.unexpected;
}

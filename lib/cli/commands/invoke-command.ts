import { randomUUID } from 'node:crypto';
import type { Answered, FunctionApi } from '../../core/domain/cloud-api.ts';
import { CloudError } from '../../core/domain/errors.ts';
import { type DeclaredPolicy, type Mode, RULE_NAMES } from '../../core/domain/policy.ts';
import { dispatchAdvice } from '../../dispatch/dispatch-advice.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { reportDispatch } from '../../report/text/dispatch-table.ts';
import { toJsonLine, toPrintable } from '../../report/text/printable.ts';
import { reportRun } from '../../report/text/run-report.ts';
import { createSweepFunction } from '../../wiring/create-dispatch-deps.ts';
import { createDeps, readCredentials } from '../../wiring/create-sweep-deps.ts';
import { readTarget, type TargetNames } from '../../wiring/sweep-function.ts';
import { EXIT, exitCodeOf } from '../exit-code.ts';
import { Interrupted, type Io, styleOf } from '../io.ts';
import type { RunOptions } from '../run-options.ts';
import { readDefaultRegion } from '../session/resolve-scope.ts';
import { createRunWatcher } from '../session/run-watcher.ts';
import { readAnswer, worstOf } from './read-answer.ts';

export type InvokeOptions = RunOptions & { readonly mode?: Mode; readonly async?: true };

/**
 * Call the deployed function, and tell what it answers as if the run had been here. It has its own policy, and does
 * what that and its mode allow; options only narrow it.
 *
 * @throws ConfigError for what is wrong here, before any call
 */
export async function invokeCommand(options: InvokeOptions, io: Io): Promise<number> {
  const names = readTarget(io.env, readDefaultRegion(io.env));
  const policy = policyOfReport(options, io);
  const sweep = await openFunction(names, policy, io);
  const event = JSON.stringify(toEvent(options));
  if (options.async) {
    return await start(sweep, event, options, io);
  }
  const answered = await untilInterrupted(io, withAdvice(sweep.call(event), io));
  return answered.kind === 'answer' ? print(answered, policy, options, io) : printError(answered, io);
}

/** What the function is asked for: what was left out is up to its policy. */
function toEvent({ mode, account, region, connection }: InvokeOptions): Readonly<Record<string, unknown>> {
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(account === undefined ? {} : { accounts: account }),
    ...(region === undefined ? {} : { regions: region }),
    ...(connection === undefined ? {} : { connections: connection }),
  };
}

/** Says when orphans become deletable; without one the report repeats what the function said. */
function policyOfReport({ policy: file }: InvokeOptions, io: Io): DeclaredPolicy {
  if (file !== undefined) {
    return loadPolicy({ env: {}, file, readFile: io.readFile });
  }
  const defaults = parsePolicy('', 'defaults');
  const rules = Object.fromEntries(RULE_NAMES.map((rule) => [rule, 'off'])) as DeclaredPolicy['rules'];
  return { ...defaults, rules };
}

async function openFunction(names: TargetNames, declared: DeclaredPolicy, io: Io): Promise<FunctionApi> {
  const { env, clock } = io;
  const policy = { ...declared, accounts: [] };
  const credentials = readCredentials(env);
  const { screen, journalOf: journal } = createRunWatcher(io);
  try {
    const common = { env, credentials, policy, clock, deadlineMs: Number.POSITIVE_INFINITY };
    const { api, journal: note, close } = createDeps({ ...common, journal });
    const accountId = await api.getAccountId().finally(close);
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

/** Each its own: somebody at a terminal who asks again means it. */
async function start(sweep: FunctionApi, event: string, { json }: InvokeOptions, io: Io): Promise<number> {
  const taskId = `invoke_${randomUUID()}`;
  const { state, requestId = null } = await untilInterrupted(io, withAdvice(sweep.start(taskId, event), io));
  io.stdout.write(
    json
      ? `${toJsonLine({ state, taskId, requestId })}\n`
      : `Accepted, request ${requestId ?? 'unknown'}: what becomes of it is in the function's log.\n`,
  );
  return EXIT.nothingLeft;
}

async function withAdvice<T>(invocation: Promise<T>, io: Io): Promise<T> {
  return await invocation.catch((error: unknown) => {
    if (error instanceof CloudError) {
      io.stderr.write(`${dispatchAdvice(error)}\n`);
    }
    throw error;
  });
}

async function untilInterrupted<T>(io: Io, invocation: Promise<T>): Promise<T> {
  let ignore = (): unknown => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    ignore = io.onStop(() =>
      reject(new Interrupted('interrupted; the function goes on, and its log tells how it ends')),
    );
  });
  try {
    return await Promise.race([invocation, interrupted]);
  } finally {
    ignore();
  }
}

function print({ text }: { text: string }, declared: DeclaredPolicy, { json }: InvokeOptions, io: Io): number {
  const { kind, result } = readAnswer(text);
  if (kind === 'dispatch') {
    io.stdout.write(json ? `${toJsonLine(result)}\n` : reportDispatch(result, styleOf(io)));
    const isFailed = result.counts.failed > 0 || result.scopes.some(({ state }) => state === 'failed');
    return isFailed ? EXIT.incomplete : EXIT.nothingLeft;
  }
  const worst = worstOf(result);
  const policy = { ...declared, accounts: [] };
  io.stdout.write(json ? `${toJsonLine(result)}\n` : reportRun(worst, { policy, names: new Map() }, styleOf(io)));
  return exitCodeOf(worst);
}

type InvokedError = Extract<Answered, { kind: 'function-error' }>;

/** The same exit code as a run here; the message of an incomplete one is all that is left of its result. */
function printError({ errorType, message, requestId }: InvokedError, io: Io): number {
  const say = (text: string) => io.stderr.write(`vco-sweeper: ${toPrintable(text)}\n`);
  const [first = '', ...more] = message.split('\n');
  say(`the function failed (${errorType}): ${first === '' ? 'it said nothing more' : first}`);
  for (const line of more) {
    say(line);
  }
  if (requestId !== undefined) {
    say(`its log has more, under request ${requestId}`);
  }
  if (errorType === 'IncompleteRun' || errorType === 'NotAllStarted') {
    return EXIT.incomplete;
  }
  return errorType === 'ConfigError' ? EXIT.badUsage : EXIT.unexpected;
}

import { makeReport, type ReportRun } from '../lib/report/make-report/make-report.ts';
import { createJournal, parseLevel } from '../lib/wiring/create-log.ts';
import { createReportDeps } from '../lib/wiring/create-report-deps.ts';
import { startClock } from '../lib/wiring/machine-clock.ts';
import { budgetMs, type FcContext, readPolicy, shortList, withReadableErrors } from './fc/fc-context.ts';

/**
 * Function Compute entry point that reports the stored results which no report names yet, and sends the report to the
 * channels of the policy. It calls no cloud API and ignores its event. Returns a summary as JSON text.
 *
 * Throws `ConfigError` for a bad policy, environment or store, before anything is written or sent. If some channels did
 * not get their message, it throws an error with their names at the end, so that the platform retries only these
 * channels.
 */
export const handler = withReadableErrors(run);

async function run(_event: Uint8Array, context: FcContext): Promise<string> {
  const clock = startClock();
  const startedMs = clock.now();
  const { env } = process;
  const level = parseLevel(env.LOG_LEVEL);
  const { policy, origin } = readPolicy(env);
  const deps = await createReportDeps({
    env,
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
  const result = await makeReport({ policy, policyHash: origin.hash }, deps);
  if (result.messages.some(({ reason }) => reason !== null)) {
    throw new NotAllSent(result);
  }
  return JSON.stringify(result);
}

/** The platform logs the message of an error and shows it to the caller, so it has only names of channels and codes. */
class NotAllSent extends Error {
  override readonly name = 'NotAllSent';

  constructor({ runId, messages }: ReportRun) {
    const failed = messages.flatMap(({ channel, reportId, code, reason }) =>
      reason === null ? [] : [`${channel}, report ${reportId}: ${code}, ${reason}`],
    );
    super(
      `report run ${runId}: ${failed.length} of ${messages.length} messages failed: ${shortList(failed).join('; ')}`,
    );
  }
}

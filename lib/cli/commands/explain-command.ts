import { describeFailure } from '../../core/advice/error-advice.ts';
import { type Judged, type Plan, plan } from '../../core/plan/plan.ts';
import { createExplanation, type ExplainedRegion, type Explanation } from '../../report/explain/explanation.ts';
import { heldBackBy } from '../../sweep/steps/stop-file.ts';
import { type Survey, survey } from '../../sweep/survey/survey.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../run-options.ts';
import { openSession } from '../session/open-session.ts';

/** Say everything a verdict on one connection rests on, and what would happen when. Changes nothing. */
export async function explainCommand(connectionId: string, options: RunOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const { policy, scope } = session;
  const request = { policy, parts: [scope.narrow('plan')], defaultRegion: scope.defaultRegion };
  // The plan counts the due ones, so that guards and limits say what a run would meet.
  let facts: ExplainedRegion | undefined;
  const isOther = ({ verdict }: Judged, read: ExplainedRegion): boolean => {
    const isIt = verdict.connection.connectionId === connectionId;
    if (isIt) {
      facts = read;
    }
    return !(isIt || verdict.isDue);
  };
  const { surveyed, heldBack } = await session.read(async (deps) => ({
    surveyed: await survey(request, deps, isOther),
    heldBack: deps.store && (await heldBackBy(deps.store)),
  }));
  const planned = { ...plan(surveyed.regions, policy.limits, io.clock.now()), heldBack };

  for (const region of surveyed.regions) {
    const judged = region.judged.find(({ verdict }) => verdict.connection.connectionId === connectionId);
    if (judged === undefined || facts === undefined) {
      continue;
    }
    const explanation = createExplanation({ judged, facts, plan: planned, policy, judgedMs: region.judgedMs });
    session.output.answer({ kind: 'explanation', explanation });
    return exitCodeFor(explanation, planned);
  }
  session.output.say(`${connectionId}: ${notFound(connectionId, surveyed)}`);
  return surveyed.somethingUnread || surveyed.lost.some(({ listing }) => listing === 'unread')
    ? EXIT.incomplete
    : EXIT.badUsage;
}

function exitCodeFor({ verdict, accountId, regionId }: Explanation, { halts }: Plan): number {
  if (verdict.kind !== 'orphan' && verdict.kind !== 'half-done') {
    return EXIT.nothingLeft;
  }
  const halted = halts.some((halt) => halt.accountId === accountId && halt.regionId === regionId);
  return verdict.isDue && halted ? EXIT.halted : EXIT.orphansRemain;
}

function notFound(connectionId: string, { regions, lost }: Survey): string {
  const home = lost.find(({ connections }) => connections.some((one) => one.connectionId === connectionId));
  if (home) {
    return `it is in ${home.regionId}, which could not be read whole, so it is kept: ${describeFailure(home.error)}`;
  }
  const read = regions.map(({ regionId, accountId }) => `${regionId} (account ${accountId})`);
  const unread = lost
    .filter(({ listing }) => listing === 'unread')
    .map(({ regionId, error }) => `${regionId} (${describeFailure(error)})`);
  return [
    read.length > 0 ? `not in ${read.join(', ')}` : 'not found',
    ...(unread.length > 0 ? [`could not read ${unread.join(', ')}`] : []),
    'if it was deleted by a sweep, the log of that run has a line "delete.done" with this id and its evidence before it',
  ].join('; ');
}

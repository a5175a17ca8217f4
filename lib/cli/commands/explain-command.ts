import { describeFailure } from '../../core/advice/error-advice.ts';
import { placeKey } from '../../core/domain/place.ts';
import { type Judged, type NotNow, type Plan, plan } from '../../core/plan/plan.ts';
import { createExplanation, type ExplainedRegion, type Explanation } from '../../report/explain/explanation.ts';
import { DayLimit } from '../../sweep/steps/day-limit.ts';
import { heldBackBy } from '../../sweep/steps/stop-file.ts';
import { needsNotice, readNotices, withNotices } from '../../sweep/survey/read-notices.ts';
import { type Survey, survey } from '../../sweep/survey/survey.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../run-options.ts';
import { openSession } from '../session/open-session.ts';

/** Prints all facts behind the verdict on a single connection, and the next steps with their dates. Changes nothing. */
export async function explainCommand(connectionId: string, options: RunOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const { policy, scope } = session;
  const readPolicy = { ...policy, report: { ...policy.report, leftovers: false } };
  const request = { policy: readPolicy, parts: [scope.narrow('plan')], defaultRegion: scope.defaultRegion };
  // The plan counts the due connections, so that guards and limits show the same as in a run.
  let facts: ExplainedRegion | undefined;
  const isOther = (judged: Judged, read: ExplainedRegion): boolean => {
    const isIt = isNamed(judged, connectionId);
    if (isIt) {
      facts = read;
    }
    return !(isIt || judged.verdict.isDue);
  };
  const { surveyed, planned, fullDay } = await session.read(async (deps) => {
    const read = await survey(request, deps, isOther);
    const isAsked = (judged: Judged): boolean =>
      needsNotice(judged) || (judged.verdict.kind === 'orphan' && isNamed(judged, connectionId));
    const judged = read.regions.flatMap((region) => region.judged);
    const notices = await readNotices(judged, policy, deps, isAsked);
    const surveyed = { ...read, regions: read.regions.map((region) => withNotices(region, notices)) };
    const heldBack = deps.store && (await heldBackBy(deps.store));
    const planned = { ...plan(surveyed.regions, policy.limits, io.clock.now()), heldBack };
    const { perDay } = policy.limits;
    const day = perDay === 'off' ? undefined : new DayLimit(perDay, deps.store, deps.clock);
    return { surveyed, planned, fullDay: day && (await findFullDay(connectionId, planned, day)) };
  });

  for (const region of surveyed.regions) {
    const judged = region.judged.find((one) => isNamed(one, connectionId));
    if (judged === undefined || facts === undefined) {
      continue;
    }
    const explanation = createExplanation({ judged, facts, plan: planned, fullDay, policy, judgedMs: region.judgedMs });
    session.output.answer({ kind: 'explanation', explanation });
    return exitCodeFor(explanation, planned);
  }
  session.output.say(`${connectionId}: ${notFound(connectionId, surveyed)}`);
  return surveyed.somethingUnread || surveyed.lost.some(({ listing }) => listing === 'unread')
    ? EXIT.incomplete
    : EXIT.badUsage;
}

const isNamed = ({ verdict }: Judged, connectionId: string): boolean =>
  verdict.connection.connectionId === connectionId;

/** The reason why `limits.perDay` has no room for a connection, after all connections before it in the queue. */
async function findFullDay(connectionId: string, { queue }: Plan, day: DayLimit): Promise<NotNow | undefined> {
  const at = queue.findIndex((one) => isNamed(one, connectionId));
  const judged = queue[at];
  if (judged === undefined) {
    return undefined;
  }
  await day.look(judged);
  for (const before of queue.slice(0, at).filter((one) => placeKey(one) === placeKey(judged))) {
    day.take(before);
  }
  return day.whyNot(judged);
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

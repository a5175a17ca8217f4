import { ConfigError } from '../../core/domain/errors.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import type { Narrowing } from '../../core/domain/policy.ts';
import { toSentences, warnOfPolicy } from '../../core/plan/policy-warnings.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { EXIT, exitCodeOf } from '../exit-code.ts';
import { Interrupted, type Io, type Reply } from '../io.ts';
import type { RunOptions } from '../run-options.ts';
import { type CliSession, openSession } from '../session/open-session.ts';
import { sayMissing } from './plan-command.ts';
import { askAbout, type SweepQuestion } from './sweep-question.ts';

export type SweepOptions = RunOptions & { readonly yes?: true };

/**
 * Marks, detaches and deletes with every guard, in every mode of the policy. Asks first, unless the options say
 * `--yes`.
 */
export async function sweepCommand(options: SweepOptions, io: Io): Promise<number> {
  if (options.maxAge !== undefined && options.plan === undefined) {
    throw new ConfigError('--max-age is the age of a saved plan: give --plan as well');
  }
  const session = openSession(options, io);
  if (options.yes) {
    return await carryOut(session, session.parts('sweep'), options);
  }

  const planned = await session.run(session.parts('plan'));
  const answer = session.toAnswer(planned);
  const { output } = session;
  if (!output.canAsk) {
    output.answer(answer);
    output.say(
      'Nothing was changed: there is no terminal to ask on. This is the plan; sweep with --yes to carry it out.',
    );
    return EXIT.badUsage;
  }
  output.preview(answer);
  const question = askAbout(planned, session.policy.detach.holdMs);
  if (question) {
    for (const text of moreWarnings(session, planned)) {
      output.say(`warning: the policy: ${toPrintable(text)}`);
    }
    const reply = await io.ask(question.text);
    if (reply === 'cancelled') {
      throw new Interrupted('interrupted; nothing was changed');
    }
    const refusal = refusalIn(reply, question);
    if (refusal !== undefined) {
      output.answer(answer);
      output.say(refusal);
      return exitCodeOf(planned, options.failOn);
    }
    output.say('');
  } else {
    output.say('There is nothing to delete now. Marks are kept up.');
  }
  // The person may have answered late.
  session.plan?.requireFresh();
  return await carryOut(session, agreed(session, question?.connectionIds ?? []), options);
}

/** The reason why a reply does not agree to the deletions. Undefined if it agrees. */
function refusalIn(reply: Exclude<Reply, 'cancelled'>, { agreement }: SweepQuestion): string | undefined {
  if (reply === 'no-more-input') {
    return '\nThe input ended without an answer, so nothing was changed.';
  }
  const text = reply.text.trim();
  if (text === agreement) {
    return undefined;
  }
  const said = text === '' ? 'An empty line' : `"${toPrintable(text.slice(0, 80))}"`;
  return `${said} is not ${agreement}, so nothing was changed.`;
}

/** Warnings that concern the policy in mode `sweep`, and that the plan did not show. */
const moreWarnings = ({ policy, origin }: CliSession, { warnings = [] }: RunResult): readonly string[] =>
  toSentences(warnOfPolicy(policy, origin, 'sweep')).filter((text) => !warnings.includes(text));

/**
 * A sweep may delete only the connections that the plan showed and the person agreed to. If a connection has become due
 * since then, the sweep at most marks it.
 */
const agreed = ({ parts }: CliSession, ids: readonly string[]): readonly Narrowing[] => [
  ...parts('mark'),
  ...parts('sweep', ids),
];

async function carryOut(session: CliSession, parts: readonly Narrowing[], options: SweepOptions): Promise<number> {
  const result = await session.run(parts);
  session.output.answer(session.toAnswer(result));
  sayMissing(options, session, result);
  return exitCodeOf(result, options.failOn);
}

import * as z from 'zod/mini';
import { type DispatchResult, PLACE_STATES } from '../../core/domain/dispatch-result.ts';
import { CloudError, ConfigError } from '../../core/domain/errors.ts';
import { countOutcomes, OUTCOMES, type OutcomeKind, type RunResult, toStatus } from '../../core/domain/outcome.ts';
import { MODES } from '../../core/domain/policy.ts';
import { parseInstant } from '../../core/domain/time.ts';
import { RULE_NAMES } from '../../core/rules/all-rules.ts';

const textOrNull = z.nullable(z.string());
const moment = z.string().check(z.refine((text) => parseInstant(text) !== undefined));
const number = z.number().check(z.nonnegative());
const calls = z.record(z.string(), number);
const refusedEvents = z.optional(z.array(z.looseObject({ index: number, id: textOrNull, reason: z.string() })));

/** What a function of an earlier version does not say is not known. */
const orNull = <Schema extends z.core.$ZodType>(schema: Schema) => z._default(z.nullable(schema), null);
const UNKNOWN_POLICY = { source: 'unknown', hash: 'unknown' };

/** A function of a version that knew of no hold held nothing. */
const withoutHold = (counts: unknown): unknown =>
  typeof counts === 'object' && counts !== null && !('held' in counts) ? { ...counts, held: 0 } : counts;

/** As much as a report or an exit code rests on; what else is there is passed on. */
const runResult = z.looseObject({
  runId: z.string(),
  mode: z.enum(MODES),
  status: z.enum(['complete', 'incomplete', 'halted'] satisfies RunResult['status'][]),
  startedAt: moment,
  durationMs: number,
  regions: z.array(
    z.looseObject({
      accountId: z.string(),
      regionId: z.string(),
      listing: z.enum(['complete', 'unread', 'unsupported'] satisfies RunResult['regions'][number]['listing'][]),
      connections: number,
      halted: z.boolean(),
    }),
  ),
  counts: z.pipe(z.transform(withoutHold), z.record(z.enum(OUTCOMES), number)),
  outcomes: z.array(
    z.looseObject({
      connectionId: z.string(),
      accountId: z.string(),
      regionId: z.string(),
      name: orNull(z.string()),
      owner: orNull(z.string()),
      createdAt: orNull(moment),
      outcome: z.enum(OUTCOMES),
      rule: z.nullable(z.enum([...RULE_NAMES, 'half-done'])),
      since: z.nullable(moment),
      dueAt: orNull(moment),
      heldUntil: orNull(moment),
      backup: orNull(z.string()),
      toldAt: z.optional(moment),
      noticeUntil: z.optional(moment),
      attachedTo: orNull(z.looseObject({ transitRouterId: textOrNull, cenId: textOrNull })),
      reason: z.string(),
      evidence: z.array(z.string()),
      code: orNull(z.string()),
      requestId: textOrNull,
    }),
  ),
  outcomesOmitted: z.optional(number),
  calls,
  refusedEvents,
  policy: z._default(z.looseObject({ source: z.string(), hash: z.string() }), UNKNOWN_POLICY),
  notFound: z._default(z.array(z.string()), []),
  stoppedBy: z.optional(z.string()),
  notStored: z.optional(z.string()),
  warnings: z.optional(z.array(z.string())),
  lapsedKeeps: z.optional(z.array(z.looseObject({ connectionId: z.string(), until: z.string() }))),
});

const dispatchResult = z.looseObject({
  moment: z.string(),
  counts: z.record(z.enum(PLACE_STATES), number),
  scopes: z.array(
    z.looseObject({
      accountId: textOrNull,
      regionId: textOrNull,
      state: z.enum(PLACE_STATES),
      requestId: textOrNull,
      code: textOrNull,
      advice: textOrNull,
    }),
  ),
  refusedEvents,
  notStored: z.optional(z.string()),
});

export type FunctionAnswer =
  /** `received`: the result as it came, for programs. */
  | { readonly kind: 'run'; readonly result: RunResult; readonly received: unknown }
  | { readonly kind: 'dispatch'; readonly result: DispatchResult };

/**
 * Tell what a function answered.
 *
 * @throws ConfigError for what is neither the sweep's nor the dispatcher's, and `CloudError` for a broken one of those
 */
export function readAnswer(text: string): FunctionAnswer {
  const value = parseJson(text);
  if (holds(value, 'dispatchId')) {
    if (dispatchResult.safeParse(value).success) {
      return { kind: 'dispatch', result: value as DispatchResult };
    }
    throw unreadable('of the dispatcher');
  }
  if (holds(value, 'runId')) {
    const { success, data } = runResult.safeParse(value);
    if (success) {
      return { kind: 'run', result: data as unknown as RunResult, received: value };
    }
    throw unreadable('of the sweep');
  }
  throw new ConfigError(
    'the function did not answer a result of the sweep or the dispatcher: check SWEEP_FUNCTION and what is deployed there',
  );
}

/** As bad as anything in it says: who contradicts itself may have lost the worse half. */
export function worstOf(result: RunResult): RunResult {
  const listed = countOutcomes(result.outcomes);
  const counts = Object.fromEntries(
    OUTCOMES.map((kind) => [kind, Math.max(result.counts[kind], listed[kind])]),
  ) as Record<OutcomeKind, number>;
  const facts = { somethingUnread: result.status === 'incomplete', timeRanOut: false };
  const status = toStatus(result.regions, counts, facts);
  return { ...result, counts, status: status === 'complete' ? result.status : status };
}

const holds = (value: unknown, key: string): value is object =>
  typeof value === 'object' && value !== null && key in value;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A function may answer any text.
    return undefined;
  }
}

const unreadable = (whose: string): CloudError =>
  new CloudError({
    action: 'InvokeFunction',
    code: 'UnreadableReply',
    effect: 'unknown',
    detail: `the function answered a result ${whose} that cannot be read`,
  });

import * as z from 'zod/mini';
import { PLACE_STATES } from '../../core/domain/dispatch-result.ts';
import { OUTCOMES, type RunResult } from '../../core/domain/outcome.ts';
import { MODES } from '../../core/domain/policy.ts';
import { parseInstant } from '../../core/domain/time.ts';
import { RULE_NAMES } from '../../core/rules/all-rules.ts';

const textOrNull = z.nullable(z.string());
const moment = z.string().check(z.refine((text) => parseInstant(text) !== undefined));
const number = z.number().check(z.nonnegative());
const calls = z.record(z.string(), number);
export const refusedEvent = z.looseObject({ index: number, id: textOrNull, reason: z.string() });
const refusedEvents = z.optional(z.array(refusedEvent));

/** Null if a function of an earlier version leaves the field out. */
const orNull = <Schema extends z.core.$ZodType>(schema: Schema) => z._default(z.nullable(schema), null);
const UNKNOWN_POLICY = { source: 'unknown', hash: 'unknown' };

/** A function of a version without holds has held no connection. */
const withoutHold = (counts: unknown): unknown =>
  typeof counts === 'object' && counts !== null && !('held' in counts) ? { ...counts, held: 0 } : counts;

/** An outcome in a result or a report. */
export const listedOutcome = z.looseObject({
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
});

/** A place in a result or a report. */
export const listedPlace = z.looseObject({
  accountId: z.string(),
  regionId: z.string(),
  listing: z.enum(['complete', 'unread', 'unsupported'] satisfies RunResult['regions'][number]['listing'][]),
  connections: number,
  halted: z.boolean(),
  code: z.optional(textOrNull),
  reason: z.optional(textOrNull),
});

export const runStatus = z.enum(['complete', 'incomplete', 'halted'] satisfies RunResult['status'][]);
export const outcomeCounts = z.pipe(z.transform(withoutHold), z.record(z.enum(OUTCOMES), number));
export const lapsedKeep = z.looseObject({ connectionId: z.string(), until: z.string() });

const placeLeftovers = z.looseObject({
  accountId: z.string(),
  regionId: z.string(),
  customerGateways: z.array(z.looseObject({ customerGatewayId: z.string(), name: textOrNull })),
  customerGatewaysOmitted: z.optional(number),
  unread: z.optional(z.string()),
  transitRouters: z.array(z.looseObject({ transitRouterId: z.string(), attachments: number, quota: number })),
});

/**
 * The result of a sweep. The schema checks the fields that a report or an exit code needs, and passes all other fields
 * on.
 */
export const runResult = z.looseObject({
  runId: z.string(),
  mode: z.enum(MODES),
  status: runStatus,
  startedAt: moment,
  durationMs: number,
  regions: z.array(listedPlace),
  counts: outcomeCounts,
  outcomes: z.array(listedOutcome),
  outcomesOmitted: z.optional(number),
  calls,
  refusedEvents,
  policy: z._default(z.looseObject({ source: z.string(), hash: z.string() }), UNKNOWN_POLICY),
  notFound: z._default(z.array(z.string()), []),
  stoppedBy: z.optional(z.string()),
  notStored: z.optional(z.string()),
  warnings: z.optional(z.array(z.string())),
  leftovers: z.optional(z.array(placeLeftovers)),
  lapsedKeeps: z.optional(z.array(lapsedKeep)),
});

/** The result of the dispatcher, checked in the same way. */
export const dispatchResult = z.looseObject({
  dispatchId: z.string(),
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

/** A stored result of the dispatcher. A report needs the time of the dispatch. */
export const storedDispatch = z.extend(dispatchResult, { startedAt: moment });

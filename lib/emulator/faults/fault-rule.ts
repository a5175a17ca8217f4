import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const status = z.int().check(z.gte(100), z.lte(599));
const count = z.int().check(z.gte(0));
const when = z.enum(['before', 'after']);

const fault = z.discriminatedUnion('kind', [
  /** Refused as over the rate limit. */
  z.strictObject({
    kind: z.literal('throttle'),
    code: z.optional(text),
    status: z.optional(status),
    retryAfterMs: z.optional(count),
  }),
  /** Refused with any code. Nothing happens. */
  z.strictObject({ kind: z.literal('error'), status, code: text, message: z.optional(text) }),
  /** A web page instead of a reply. Nothing happens. */
  z.strictObject({ kind: z.literal('html'), status }),
  /** Redirected without effect. For messages only. */
  z.strictObject({ kind: z.literal('redirect'), location: text, status: z.optional(status) }),
  /** The call takes effect, and the body is cut in half. */
  z.strictObject({ kind: z.literal('truncated') }),
  /** The connection is cut, before or after the call took effect. */
  z.strictObject({ kind: z.literal('reset'), when }),
  /** No answer for `ms` (default: a minute), then the connection is cut, before or after the call took effect. */
  z.strictObject({ kind: z.literal('timeout'), when, ms: z.optional(count) }),
  /** HTTP 200 with `Success: false`. Nothing happens. */
  z.strictObject({ kind: z.literal('success-false') }),
  /** The reply reports success, and nothing happens. */
  z.strictObject({ kind: z.literal('no-effect') }),
  /** The next `reads` reads answer from the state before the last change made through the API. */
  z.strictObject({ kind: z.literal('stale'), reads: count }),
  /** An item of a later page moves to the first page, so the listing has an item twice and lacks another item. */
  z.strictObject({ kind: z.literal('shift-pages') }),
  /** A list without items, total 0. */
  z.strictObject({ kind: z.literal('empty-list') }),
  /** A list with a wrong total. */
  z.strictObject({ kind: z.literal('wrong-total'), delta: z.int() }),
  /** The reply's NextToken asks for the same page again. */
  z.strictObject({ kind: z.literal('repeat-next-token') }),
  /** DeleteTransitRouterVpnAttachment is accepted, and detaching never ends. */
  z.strictObject({ kind: z.literal('stuck-detach') }),
  /** A field is missing wherever the reply should have it. */
  z.strictObject({ kind: z.literal('drop-field'), field: text }),
]);

export const faultRule = z.strictObject({
  /** The actions that the rule concerns. Default: all actions that can have the fault. */
  action: z.optional(z.union([text, z.array(text)])),
  regionId: z.optional(text),
  /** Request parameters that must have exactly these values. */
  match: z.optional(z.record(z.string(), z.string())),
  /** How many calls succeed first. */
  skip: z.optional(count),
  /** How many calls then fail. Default 1. `stale` counts by its own `reads`. */
  times: z.optional(z.union([z.literal('always'), count])),
  /** From 0 to 1, drawn from the emulator's seed. Default 1. */
  probability: z.optional(z.number().check(z.gte(0), z.lte(1))),
  fault,
});

export type Fault = z.output<typeof fault>;
export type FaultRule = z.output<typeof faultRule>;

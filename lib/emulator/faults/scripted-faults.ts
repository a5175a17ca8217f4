import * as z from 'zod/mini';
import type { RawParams } from '../gateway/params.ts';
import type { Operation } from '../operation.ts';
import type { Random } from '../random.ts';

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
  /** Refused with any code; nothing happens. */
  z.strictObject({ kind: z.literal('error'), status, code: text, message: z.optional(text) }),
  /** A web page instead of a reply; nothing happens. */
  z.strictObject({ kind: z.literal('html'), status }),
  /** The call takes effect, and the body is cut in half. */
  z.strictObject({ kind: z.literal('truncated') }),
  /** The connection is cut, before or after the call took effect. */
  z.strictObject({ kind: z.literal('reset'), when }),
  /** No answer for `ms` (default one minute), then the connection is cut; before or after the call took effect. */
  z.strictObject({ kind: z.literal('timeout'), when, ms: z.optional(count) }),
  /** HTTP 200 with `Success: false`; nothing happens. */
  z.strictObject({ kind: z.literal('success-false') }),
  /** The reply of success, and nothing happens. */
  z.strictObject({ kind: z.literal('no-effect') }),
  /** The next `reads` reads answer from the state before the last change made through the API. */
  z.strictObject({ kind: z.literal('stale'), reads: count }),
  /** An item of a later page moves to the first: one is listed twice, another never. */
  z.strictObject({ kind: z.literal('shift-pages') }),
  /** A list without items, total 0. */
  z.strictObject({ kind: z.literal('empty-list') }),
  /** A list whose total is off. */
  z.strictObject({ kind: z.literal('wrong-total'), delta: z.int() }),
  /** The reply's NextToken asks for the same page again. */
  z.strictObject({ kind: z.literal('repeat-next-token') }),
  /** DeleteTransitRouterVpnAttachment is accepted, and detaching never ends. */
  z.strictObject({ kind: z.literal('stuck-detach') }),
  /** A field is missing wherever the reply should have it. */
  z.strictObject({ kind: z.literal('drop-field'), field: text }),
]);

export const faultRule = z.strictObject({
  /** The actions it concerns. Default: any that the fault can befall. */
  action: z.optional(z.union([text, z.array(text)])),
  regionId: z.optional(text),
  /** Request parameters that must be just so. */
  match: z.optional(z.record(z.string(), z.string())),
  /** How many such calls go well first. */
  skip: z.optional(count),
  /** How many calls then fail. Default 1; `stale` counts by its own `reads`. */
  times: z.optional(z.union([z.literal('always'), count])),
  /** From 0 to 1, drawn from the emulator's seed. Default 1. */
  probability: z.optional(z.number().check(z.gte(0), z.lte(1))),
  fault,
});

export type Fault = z.output<typeof fault>;
export type FaultRule = z.output<typeof faultRule>;

type Armed = { readonly rule: FaultRule; skipsLeft: number; timesLeft: number };

/** Faults that only some operations can have; the others can befall any. */
const suits: Partial<Record<Fault['kind'], (operation: Operation) => boolean>> = {
  stale: ({ kind }) => kind === 'read',
  'no-effect': ({ kind }) => kind === 'write',
  'shift-pages': ({ paging }) => paging !== undefined,
  'empty-list': ({ paging }) => paging !== undefined,
  'wrong-total': ({ paging }) => paging !== undefined,
  'repeat-next-token': ({ paging }) => paging === 'token',
  'stuck-detach': ({ action }) => action === 'DeleteTransitRouterVpnAttachment',
};

/** The script of faults. The first rule that a call meets decides its fate. */
export class Faults {
  private armed: Armed[] = [];

  constructor(private readonly random: Random) {}

  set(rules: readonly FaultRule[]): void {
    this.armed = rules.map((rule) => ({ rule, skipsLeft: rule.skip ?? 0, timesLeft: timesOf(rule) }));
  }

  get rules(): FaultRule[] {
    return this.armed.map(({ rule }) => rule);
  }

  next(operation: Operation, params: RawParams): Fault | undefined {
    for (const entry of this.armed) {
      if (entry.timesLeft <= 0 || !meets(entry.rule, operation, params)) {
        continue;
      }
      if (entry.skipsLeft > 0) {
        entry.skipsLeft -= 1;
        continue;
      }
      const { probability } = entry.rule;
      if (probability !== undefined && this.random.next() >= probability) {
        continue;
      }
      entry.timesLeft -= 1;
      return entry.rule.fault;
    }
    return undefined;
  }
}

function timesOf(rule: FaultRule): number {
  if (rule.times === 'always') {
    return Number.POSITIVE_INFINITY;
  }
  return (rule.times ?? 1) * (rule.fault.kind === 'stale' ? rule.fault.reads : 1);
}

function meets(rule: FaultRule, operation: Operation, params: RawParams): boolean {
  const actions = rule.action === undefined ? undefined : [rule.action].flat();
  if (actions !== undefined && !actions.includes(operation.action)) {
    return false;
  }
  if (rule.regionId !== undefined && params.RegionId !== rule.regionId) {
    return false;
  }
  if (!Object.entries(rule.match ?? {}).every(([name, value]) => params[name] === value)) {
    return false;
  }
  return suits[rule.fault.kind]?.(operation) ?? true;
}

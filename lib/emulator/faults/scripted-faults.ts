import type { RawParams } from '../gateway/params.ts';
import type { Operation } from '../operation.ts';
import type { Random } from '../random.ts';
import type { Fault, FaultRule } from './fault-rule.ts';

type Armed = { readonly rule: FaultRule; skipsLeft: number; timesLeft: number };

/** The faults that only some operations can have. All operations can have the rest. */
const suits: Partial<Record<Fault['kind'], (operation: Operation) => boolean>> = {
  stale: ({ kind }) => kind === 'read',
  'no-effect': ({ kind }) => kind === 'write',
  'shift-pages': ({ paging }) => paging !== undefined,
  'empty-list': ({ paging }) => paging !== undefined,
  'wrong-total': ({ paging }) => paging !== undefined,
  'repeat-next-token': ({ paging }) => paging === 'token',
  redirect: ({ action }) => action === 'PostMessage',
  'stuck-detach': ({ action }) => action === 'DeleteTransitRouterVpnAttachment',
};

/** The script of faults. The first rule that matches a call decides how the call ends. */
export class Faults {
  readonly #random: Random;
  #armed: Armed[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  set(rules: readonly FaultRule[]): void {
    this.#armed = rules.map((rule) => ({ rule, skipsLeft: rule.skip ?? 0, timesLeft: timesOf(rule) }));
  }

  get rules(): FaultRule[] {
    return this.#armed.map(({ rule }) => rule);
  }

  next(operation: Operation, params: RawParams): Fault | undefined {
    for (const entry of this.#armed) {
      if (entry.timesLeft <= 0 || !meets(entry.rule, operation, params)) {
        continue;
      }
      if (entry.skipsLeft > 0) {
        entry.skipsLeft -= 1;
        continue;
      }
      const { probability } = entry.rule;
      if (probability !== undefined && this.#random.next() >= probability) {
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

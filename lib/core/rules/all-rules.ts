import { expired } from './expired.ts';
import type { Need, Rule } from './rule.ts';
import { tunnelsDown } from './tunnels-down.ts';
import { unassociated } from './unassociated.ts';
import { unrouted } from './unrouted.ts';

/** Their order breaks the tie when several rules are due at the same moment. */
export const RULES = [unassociated, tunnelsDown, unrouted, expired] as const;

export type RuleName = (typeof RULES)[number]['name'];
export const RULE_NAMES: readonly RuleName[] = RULES.map(({ name }) => name);

/** The grace of each rule in milliseconds. `off` disables the rule. */
export type Graces = Readonly<Record<RuleName, number | 'off'>>;

/** A value for each rule, by its name. */
export const byRule = <Value>(toValue: (rule: Rule<RuleName>) => Value): Readonly<Record<RuleName, Value>> =>
  Object.fromEntries(RULES.map((rule) => [rule.name, toValue(rule)])) as Record<RuleName, Value>;

/** Whether any enabled rule needs it. */
export const isNeeded = (need: Need, graces: Graces): boolean =>
  RULES.some(({ name, needs }) => graces[name] !== 'off' && needs.includes(need));

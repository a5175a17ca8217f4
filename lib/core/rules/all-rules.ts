import type { RuleName } from '../domain/policy.ts';
import { expired } from './expired.ts';
import type { Rule } from './rule.ts';
import { tunnelsDown } from './tunnels-down.ts';
import { unassociated } from './unassociated.ts';
import { unrouted } from './unrouted.ts';

export const RULES: Readonly<Record<RuleName, Rule>> = {
  unassociated,
  'tunnels-down': tunnelsDown,
  unrouted,
  expired,
};

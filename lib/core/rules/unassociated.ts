import { finding, type Rule } from './rule.ts';

/** Bound to nothing: the connection says so, and no transit router of the region claims it. */
export const unassociated: Rule = ({ association }) =>
  finding(association.kind === 'unbound' ? 'yes' : 'no', ...association.evidence);

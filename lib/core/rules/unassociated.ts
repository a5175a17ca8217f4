import { saysAttached } from './connection-says.ts';
import { finding, type Rule } from './rule.ts';

/** Bound to nothing: the connection says so, and no transit router of the region claims it. */
export const unassociated: Rule<'unassociated'> = {
  name: 'unassociated',
  graceDefault: '24h',
  graceExample: '72h',
  summary: 'Bound to nothing: `AttachType` `NO_ASSOCIATED`, `State` `init`.',
  about:
    'it is bound to nothing, neither by its own word nor by that of any transit router. ' +
    'What is left behind when a transit router was deleted looks like this.',
  needs: [],
  judge: ({ association }) => finding(association.kind === 'unbound' ? 'yes' : 'no', ...association.evidence),
  isDisprovedBy: saysAttached,
};

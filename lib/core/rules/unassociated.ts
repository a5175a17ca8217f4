import { saysAttached } from './connection-says.ts';
import { finding, type Rule } from './rule.ts';

/** The connection says that it is bound to nothing, and no transit router of the region claims it. */
export const unassociated: Rule<'unassociated'> = {
  name: 'unassociated',
  graceDefault: '24h',
  graceExample: '72h',
  summary: 'Bound to nothing: `AttachType` `NO_ASSOCIATED`, `State` `init`.',
  about:
    'the connection is bound to nothing. It says so itself, and no transit router lists it. ' +
    'A connection looks like this after its transit router was deleted.',
  needs: [],
  judge: ({ association }) => finding(association.kind === 'unbound' ? 'yes' : 'no', ...association.evidence),
  isDisprovedBy: saysAttached,
};

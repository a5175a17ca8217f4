import { saysUp } from './connection-says.ts';
import { type Finding, finding, type Rule, type RuleInput } from './rule.ts';

export const unrouted: Rule<'unrouted'> = {
  name: 'unrouted',
  graceDefault: 'off',
  graceExample: '7d',
  summary: 'Bound, but no route-table association, propagation or static route uses it.',
  about:
    'the connection is bound, but no route-table association, no propagation and no static route uses it, so it can ' +
    'carry no traffic. This rule needs more reads, and the permissions for them.',
  needs: ['routing'],
  judge: judgeRouting,
  // A connection does not know the route tables of its transit router.
  isDisprovedBy: () => false,
};

/** Nothing on the transit router uses the attachment. The tunnels may be up, and the evidence says whether they are. */
function judgeRouting({ connection, association, routing }: RuleInput): Finding {
  if (association.kind !== 'bound') {
    return finding('no', 'not bound to a transit router');
  }
  if (routing === 'unread') {
    return finding('unread', 'the route tables of the transit router were not read');
  }
  const [association1] = routing.associations;
  if (association1 !== undefined) {
    return finding('no', `associated with route table ${association1}`);
  }
  const [propagation] = routing.propagations;
  if (propagation !== undefined) {
    return finding('no', `propagates routes to route table ${propagation}`);
  }
  const [route] = routing.staticRoutes;
  if (route !== undefined) {
    return finding('no', `the static route ${route} points to it`);
  }

  return finding(
    'yes',
    ...association.evidence,
    'no route-table association, no propagation, no static route',
    saysUp(connection) ? 'a tunnel is still up' : 'no tunnel reports an IPsec SA',
  );
}

import { finding, type Rule } from './rule.ts';

/**
 * Bound, but nothing on the transit router uses the attachment: no route table is associated, none learns its routes,
 * and no static route points to it. The tunnels may be up; the evidence says whether they are.
 */
export const unrouted: Rule = ({ connection, association, routing }) => {
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

  const up = [connection.status, ...connection.tunnels.map((tunnel) => tunnel.status)].includes('ipsec_sa_established');
  return finding(
    'yes',
    ...association.evidence,
    'no route-table association, no propagation, no static route',
    up ? 'a tunnel is up all the same' : 'no tunnel reports an IPsec SA',
  );
};

/** `named`: only when the call names a connection, because these calls exist for every kind of resource. */
type Hint = 'always' | 'named';

/**
 * Calls after which a connection may have become an orphan, stopped being an orphan, or been tagged by its owner.
 *
 * Names of VPC 2016-04-28 and CBN 2017-09-12 actions, as ActionTrail writes them in `eventName`. A call that is not
 * listed here is an event about something else. The timer covers every change that events miss.
 */
export const HINT_OF: ReadonlyMap<string, Hint> = new Map<string, Hint>([
  // The link to a transit router appears or disappears. The connection stays behind.
  ['CreateTransitRouterVpnAttachment', 'always'],
  ['DeleteTransitRouterVpnAttachment', 'always'],
  ['UpdateTransitRouterVpnAttachmentAttribute', 'always'],
  ['DeleteTransitRouter', 'always'],
  ['DeleteCen', 'always'],
  ['GrantInstanceToTransitRouter', 'always'],
  ['RevokeInstanceFromTransitRouter', 'always'],
  // Calls that make an attachment carry traffic (rule `unrouted`).
  ['AssociateTransitRouterAttachmentWithRouteTable', 'always'],
  ['DissociateTransitRouterAttachmentFromRouteTable', 'always'],
  ['ReplaceTransitRouterRouteTableAssociation', 'always'],
  ['EnableTransitRouterRouteTablePropagation', 'always'],
  ['DisableTransitRouterRouteTablePropagation', 'always'],
  ['CreateTransitRouterRouteEntry', 'always'],
  ['DeleteTransitRouterRouteEntry', 'always'],
  ['DeleteTransitRouterRouteTable', 'always'],
  // The connection itself.
  ['CreateVpnAttachment', 'always'],
  ['ModifyVpnAttachmentAttribute', 'always'],
  ['DeleteVpnAttachment', 'always'],
  ['ModifyVpnConnectionAttribute', 'always'],
  ['DeleteVpnConnection', 'always'],
  // Signs that a site is being torn down.
  ['DeleteVpnGateway', 'always'],
  ['DeleteCustomerGateway', 'always'],
  // Owners' tags: `vco-sweeper:keep`, `vco-sweeper:expires`. VPC spells the action with a capital T, CBN without.
  ['TagResources', 'named'],
  ['UnTagResources', 'named'],
  ['UntagResources', 'named'],
]);

export function isHint(eventName: string, namesConnection: boolean): boolean {
  const hint = HINT_OF.get(eventName);
  return hint === 'always' || (hint === 'named' && namesConnection);
}

/**
 * Types of CloudMonitor's events after which a tunnel may be down, for rules about tunnels. No sample of their `data`
 * is published, so only the type is read. The tunnel may be up again, and the event does not name its connection.
 */
export const HINT_TYPES: ReadonlySet<string> = new Set([
  'vpn:CloudMonitor:IpsecPhase1NegoFailed',
  'vpn:CloudMonitor:IpsecPhase2NegoFailed',
  'vpn:CloudMonitor:IpsecHealthCheckFailed',
]);

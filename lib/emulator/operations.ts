import { createTransitRouterVpnAttachment } from './cbn/attach.ts';
import { listTransitRouterVpnAttachments } from './cbn/attachments.ts';
import { describeCens } from './cbn/cens.ts';
import { deleteTransitRouterRouteEntry, disablePropagation, dissociateAttachment } from './cbn/dependencies.ts';
import { deleteTransitRouterVpnAttachment } from './cbn/detach.ts';
import {
  listTransitRouterRouteEntries,
  listTransitRouterRouteTableAssociations,
  listTransitRouterRouteTablePropagations,
  listTransitRouterRouteTables,
} from './cbn/route-tables.ts';
import { listTransitRouters } from './cbn/transit-routers.ts';
import { listAccounts } from './directory/accounts.ts';
import { cbnVersion, directoryVersion, type Operation, stsVersion, vpcVersion } from './operation.ts';
import { assumeRole } from './sts/assume-role.ts';
import { getCallerIdentity } from './sts/identity.ts';
import { describeVpnAttachments, describeVpnConnection, describeVpnConnections } from './vpc/connections.ts';
import { createVpnAttachment } from './vpc/create-attachment.ts';
import { describeCustomerGateways } from './vpc/customer-gateways.ts';
import { deleteVpnAttachment } from './vpc/delete-attachment.ts';
import { describeRegions } from './vpc/regions.ts';
import { listTagResources, tagResources, unTagResources } from './vpc/tags.ts';

const all: readonly Operation[] = [
  describeRegions,
  describeVpnConnections,
  describeVpnConnection,
  describeVpnAttachments,
  deleteVpnAttachment,
  createVpnAttachment,
  describeCustomerGateways,
  tagResources,
  unTagResources,
  listTagResources,
  describeCens,
  listTransitRouters,
  listTransitRouterVpnAttachments,
  createTransitRouterVpnAttachment,
  deleteTransitRouterVpnAttachment,
  listTransitRouterRouteTables,
  listTransitRouterRouteTableAssociations,
  listTransitRouterRouteTablePropagations,
  listTransitRouterRouteEntries,
  dissociateAttachment,
  disablePropagation,
  deleteTransitRouterRouteEntry,
  assumeRole,
  getCallerIdentity,
  listAccounts,
];

/** By version and action, both exactly as sent: the gateway does not forgive letter case. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  all.map((operation) => [`${operation.version} ${operation.action}`, operation]),
);

/** What errors give as the host that refused. */
export const hostIds: ReadonlyMap<string, string> = new Map([
  [vpcVersion, 'vpc.aliyuncs.com'],
  [cbnVersion, 'cbn-openapi-oxs-share.aliyuncs.com'],
  [stsVersion, 'sts.aliyuncs.com'],
  [directoryVersion, 'resourcedirectory.aliyuncs.com'],
]);

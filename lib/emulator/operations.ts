import { createTransitRouterVpnAttachment } from './cbn/create-attachment.ts';
import { deleteTransitRouterVpnAttachment } from './cbn/delete-attachment.ts';
import { describeCens } from './cbn/describe-cens.ts';
import { listTransitRouterVpnAttachments } from './cbn/list-attachments.ts';
import { listTransitRouters } from './cbn/list-transit-routers.ts';
import { deleteTransitRouterRouteEntry, disablePropagation, dissociateAttachment } from './cbn/remove-dependencies.ts';
import {
  listTransitRouterRouteEntries,
  listTransitRouterRouteTableAssociations,
  listTransitRouterRouteTablePropagations,
  listTransitRouterRouteTables,
} from './cbn/route-tables.ts';
import { listAccounts } from './directory/list-accounts.ts';
import { CBN_VERSION, DIRECTORY_VERSION, type Operation, STS_VERSION, VPC_VERSION } from './operation.ts';
import { assumeRole } from './sts/assume-role.ts';
import { getCallerIdentity } from './sts/caller-identity.ts';
import { createVpnAttachment } from './vpc/create-connection.ts';
import { deleteVpnAttachment } from './vpc/delete-vpn-attachment.ts';
import { describeVpnAttachments, describeVpnConnection, describeVpnConnections } from './vpc/describe-connections.ts';
import { describeCustomerGateways } from './vpc/describe-customer-gateways.ts';
import { describeRegions } from './vpc/describe-regions.ts';
import { listTagResources, tagResources, unTagResources } from './vpc/tag-resources.ts';

const ALL_OPERATIONS: readonly Operation[] = [
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
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  ALL_OPERATIONS.map((operation) => [`${operation.version} ${operation.action}`, operation]),
);

/** What errors give as the host that refused. */
export const HOST_IDS: ReadonlyMap<string, string> = new Map([
  [VPC_VERSION, 'vpc.aliyuncs.com'],
  [CBN_VERSION, 'cbn-openapi-oxs-share.aliyuncs.com'],
  [STS_VERSION, 'sts.aliyuncs.com'],
  [DIRECTORY_VERSION, 'resourcedirectory.aliyuncs.com'],
]);

import { createTransitRouterVpnAttachment } from './cbn/attachments/create-attachment.ts';
import { deleteTransitRouterVpnAttachment } from './cbn/attachments/delete-attachment.ts';
import { listTransitRouterVpnAttachments } from './cbn/attachments/list-attachments.ts';
import { updateTransitRouterVpnAttachmentAttribute } from './cbn/attachments/update-attachment.ts';
import { createCen, deleteCen, modifyCenAttribute, moveCenResourceGroup } from './cbn/cens/change-cens.ts';
import { describeCens } from './cbn/cens/describe-cens.ts';
import { grantInstanceToTransitRouter, revokeInstanceFromTransitRouter } from './cbn/grants/change-grants.ts';
import { describeGrantRulesToCen, describeGrantRulesToResource } from './cbn/grants/list-grants.ts';
import {
  createTransitRouterRouteTable,
  deleteTransitRouterRouteTable,
} from './cbn/route-tables/change-route-tables.ts';
import {
  associateAttachment,
  createTransitRouterRouteEntry,
  enablePropagation,
} from './cbn/route-tables/create-dependencies.ts';
import {
  deleteTransitRouterRouteEntry,
  disablePropagation,
  dissociateAttachment,
} from './cbn/route-tables/remove-dependencies.ts';
import {
  listTransitRouterRouteEntries,
  listTransitRouterRouteTableAssociations,
  listTransitRouterRouteTablePropagations,
  listTransitRouterRouteTables,
} from './cbn/route-tables/route-tables.ts';
import {
  checkTransitRouterService,
  listTransitRouterAvailableResource,
} from './cbn/transit-routers/available-resources.ts';
import {
  createTransitRouter,
  deleteTransitRouter,
  updateTransitRouter,
} from './cbn/transit-routers/change-transit-routers.ts';
import { listTransitRouters } from './cbn/transit-routers/list-transit-routers.ts';
import {
  createTransitRouterCidr,
  deleteTransitRouterCidr,
  listTransitRouterCidr,
} from './cbn/transit-routers/transit-router-cidrs.ts';
import { listAccounts } from './directory/list-accounts.ts';
import { CBN_VERSION, DIRECTORY_VERSION, type Operation, STS_VERSION, VPC_VERSION } from './operation.ts';
import { assumeRole } from './sts/assume-role.ts';
import { getCallerIdentity } from './sts/caller-identity.ts';
import { listCbnTagResources, tagCbnResources, untagCbnResources } from './tags/cbn-tags.ts';
import { listTagResources, tagResources, unTagResources } from './tags/vpc-tags.ts';
import { createVpnAttachment } from './vpc/connections/create-connection.ts';
import { deleteVpnAttachment } from './vpc/connections/delete-vpn-attachment.ts';
import {
  describeVpnAttachments,
  describeVpnConnection,
  describeVpnConnections,
} from './vpc/connections/describe-connections.ts';
import { modifyVpnAttachmentAttribute } from './vpc/connections/modify-connection.ts';
import {
  createCustomerGateway,
  deleteCustomerGateway,
  modifyCustomerGatewayAttribute,
} from './vpc/customer-gateways/change-customer-gateways.ts';
import {
  describeCustomerGateway,
  describeCustomerGateways,
} from './vpc/customer-gateways/describe-customer-gateways.ts';
import { describeVpnCrossAccountAuthorizations } from './vpc/describe-authorizations.ts';
import { describeRegions } from './vpc/describe-regions.ts';
import { describeVpnGateways } from './vpc/describe-vpn-gateways.ts';
import { describeZones } from './vpc/describe-zones.ts';
import { moveVpnResourceGroup } from './vpc/move-vpn-resource-group.ts';
import { createVcoRouteEntry, deleteVcoRouteEntry } from './vpc/vco-routes/change-vco-routes.ts';
import { describeVcoRouteEntries } from './vpc/vco-routes/list-vco-routes.ts';

const ALL_OPERATIONS: readonly Operation[] = [
  describeRegions,
  describeZones,
  describeVpnConnections,
  describeVpnConnection,
  describeVpnAttachments,
  createVpnAttachment,
  modifyVpnAttachmentAttribute,
  deleteVpnAttachment,
  describeVcoRouteEntries,
  createVcoRouteEntry,
  deleteVcoRouteEntry,
  describeCustomerGateways,
  describeCustomerGateway,
  createCustomerGateway,
  modifyCustomerGatewayAttribute,
  deleteCustomerGateway,
  describeVpnGateways,
  describeVpnCrossAccountAuthorizations,
  moveVpnResourceGroup,
  tagResources,
  unTagResources,
  listTagResources,
  describeCens,
  createCen,
  modifyCenAttribute,
  deleteCen,
  moveCenResourceGroup,
  listTransitRouters,
  createTransitRouter,
  updateTransitRouter,
  deleteTransitRouter,
  listTransitRouterCidr,
  createTransitRouterCidr,
  deleteTransitRouterCidr,
  listTransitRouterAvailableResource,
  checkTransitRouterService,
  listTransitRouterVpnAttachments,
  createTransitRouterVpnAttachment,
  updateTransitRouterVpnAttachmentAttribute,
  deleteTransitRouterVpnAttachment,
  listTransitRouterRouteTables,
  createTransitRouterRouteTable,
  deleteTransitRouterRouteTable,
  listTransitRouterRouteTableAssociations,
  associateAttachment,
  dissociateAttachment,
  listTransitRouterRouteTablePropagations,
  enablePropagation,
  disablePropagation,
  listTransitRouterRouteEntries,
  createTransitRouterRouteEntry,
  deleteTransitRouterRouteEntry,
  grantInstanceToTransitRouter,
  revokeInstanceFromTransitRouter,
  describeGrantRulesToResource,
  describeGrantRulesToCen,
  tagCbnResources,
  untagCbnResources,
  listCbnTagResources,
  assumeRole,
  getCallerIdentity,
  listAccounts,
];

/** By version and action, exactly as sent, because the gateway distinguishes letter case. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  ALL_OPERATIONS.map((operation) => [`${operation.version} ${operation.action}`, operation]),
);

/** The `HostId` of errors. */
export const HOST_IDS: ReadonlyMap<string, string> = new Map([
  [VPC_VERSION, 'vpc.aliyuncs.com'],
  [CBN_VERSION, 'cbn-openapi-oxs-share.aliyuncs.com'],
  [STS_VERSION, 'sts.aliyuncs.com'],
  [DIRECTORY_VERSION, 'resourcedirectory.aliyuncs.com'],
]);

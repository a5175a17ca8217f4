import { listTransitRouterVpnAttachments } from './cbn/attachments.ts';
import { deleteTransitRouterVpnAttachment } from './cbn/detach.ts';
import { listTransitRouters } from './cbn/transit-routers.ts';
import { cbnVersion, type Operation, stsVersion, vpcVersion } from './operation.ts';
import { getCallerIdentity } from './sts/identity.ts';
import { describeVpnAttachments, describeVpnConnection, describeVpnConnections } from './vpc/connections.ts';
import { deleteVpnAttachment } from './vpc/delete-attachment.ts';
import { listTagResources, tagResources, unTagResources } from './vpc/tags.ts';

const all: readonly Operation[] = [
  describeVpnConnections,
  describeVpnConnection,
  describeVpnAttachments,
  deleteVpnAttachment,
  tagResources,
  unTagResources,
  listTagResources,
  listTransitRouters,
  listTransitRouterVpnAttachments,
  deleteTransitRouterVpnAttachment,
  getCallerIdentity,
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
]);

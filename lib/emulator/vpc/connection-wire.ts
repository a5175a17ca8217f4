import type { Connection } from '../estate/types.ts';
import type { Body } from '../operation.ts';
import { tagList } from '../params.ts';
import type { Switches } from '../switches.ts';

const own = new Set(['accountId', 'regionId', 'tags', 'pending', 'TunnelOptions', 'Description', 'ZoneNo']);
const holderFields = ['AttachInstanceId', 'TransitRouterId', 'TransitRouterName', 'InternetIp'] as const;

/** What every reply shows of a connection; a field that is null or not there is left out. */
function common(connection: Connection, switches: Switches): Body {
  const fields = Object.entries(connection).filter(([name, value]) => !own.has(name) && value != null);
  const absent = switches.absentFields === 'empty' ? holderFields.map((name) => [name, ''] as const) : [];
  const tunnels = connection.TunnelOptions?.map((tunnel) =>
    Object.fromEntries(Object.entries(tunnel).filter(([, value]) => value != null)),
  );
  return structuredClone({
    ...Object.fromEntries(absent),
    ...Object.fromEntries(fields),
    ...(tunnels && { TunnelOptionsSpecification: { TunnelOptions: tunnels } }),
  });
}

/** An item of DescribeVpnConnections: tags under `Tag.Tag`, and `EnableBgp` is not shown. */
export function listedConnection(connection: Connection, switches: Switches): Body {
  const body = common(connection, switches);
  if (connection.VpnBgpConfig !== undefined) {
    const { EnableBgp: _onlyInDescribeVpnConnection, ...bgp } = connection.VpnBgpConfig;
    body.VpnBgpConfig = bgp;
  }
  return { ...body, Tag: { Tag: tagList(connection.tags) } };
}

/** The reply of DescribeVpnConnection: tags under `Tags.Tag`. */
export const describedConnection = (connection: Connection, switches: Switches): Body => ({
  ...common(connection, switches),
  ...(connection.ZoneNo !== undefined && { ZoneNo: connection.ZoneNo }),
  Tags: { Tag: tagList(connection.tags) },
});

const systemFlags = JSON.stringify([
  { Key: 'BGPSupport', Value: 'true' },
  { Key: 'VisuallySsl', Value: 'false' },
]);

/** An item of DescribeVpnAttachments: its `Tag` is a text with the system's flags, user tags are under `Tags`. */
export const listedAttachment = (connection: Connection): Body => ({
  InstanceId: connection.VpnConnectionId,
  Name: connection.Name ?? '',
  Description: connection.Description ?? '',
  AttachType: connection.AttachType,
  TransitRouterId: connection.TransitRouterId,
  TransitRouterName: connection.TransitRouterName ?? '',
  CrossAccountAuthorized: connection.CrossAccountAuthorized ?? false,
  Tag: systemFlags,
  Tags: tagList(connection.tags),
  ...(connection.TunnelBandwidth !== undefined && { TunnelBandwidth: connection.TunnelBandwidth }),
});

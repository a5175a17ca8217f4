import type { Behaviours } from '../behaviours.ts';
import type { ConnectionRecord } from '../estate/estate-types.ts';
import { tagList } from '../gateway/params.ts';
import type { ReplyBody } from '../operation.ts';

type WireTags = Readonly<Record<string, string>>;

const OWN_FIELDS = new Set(['accountId', 'regionId', 'tags', 'pending', 'TunnelOptions', 'Description', 'ZoneNo']);
const NO_FIELDS: ReadonlySet<string> = new Set();
const HOLDER_FIELDS = ['AttachInstanceId', 'TransitRouterId', 'TransitRouterName', 'InternetIp'] as const;

/** A copy of plain data, without what is null or not there. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(copied);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return copiedFields(value, NO_FIELDS);
}

function copiedFields(source: object, left: ReadonlySet<string>): ReplyBody {
  const fields: ReplyBody = {};
  for (const [name, value] of Object.entries(source)) {
    if (value != null && !left.has(name)) {
      fields[name] = copied(value);
    }
  }
  return fields;
}

/** What every reply shows of a connection; a field that is null or not there is left out. */
function common(connection: ConnectionRecord, behaviours: Behaviours): ReplyBody {
  const body: ReplyBody = {};
  if (behaviours.absentFields === 'empty') {
    for (const name of HOLDER_FIELDS) {
      body[name] = '';
    }
  }
  Object.assign(body, copiedFields(connection, OWN_FIELDS));
  if (connection.TunnelOptions !== undefined) {
    body.TunnelOptionsSpecification = { TunnelOptions: copied(connection.TunnelOptions) };
  }
  return body;
}

/** An item of DescribeVpnConnections: tags under `Tag.Tag`, and `EnableBgp` is not shown. */
export function listedConnection(connection: ConnectionRecord, tags: WireTags, behaviours: Behaviours): ReplyBody {
  const body = common(connection, behaviours);
  if (connection.VpnBgpConfig !== undefined) {
    const { EnableBgp: _onlyInDescribeVpnConnection, ...bgp } = connection.VpnBgpConfig;
    body.VpnBgpConfig = bgp;
  }
  return { ...body, Tag: { Tag: tagList(tags) } };
}

/** The reply of DescribeVpnConnection: tags under `Tags.Tag`. */
export const describedConnection = (
  connection: ConnectionRecord,
  tags: WireTags,
  behaviours: Behaviours,
): ReplyBody => ({
  ...common(connection, behaviours),
  ...(connection.ZoneNo !== undefined && { ZoneNo: connection.ZoneNo }),
  Tags: { Tag: tagList(tags) },
});

const SYSTEM_FLAGS = JSON.stringify([
  { Key: 'BGPSupport', Value: 'true' },
  { Key: 'VisuallySsl', Value: 'false' },
]);

/** An item of DescribeVpnAttachments: its `Tag` is a text with the system's flags, user tags are under `Tags`. */
export const listedAttachment = (connection: ConnectionRecord, tags: WireTags): ReplyBody => ({
  InstanceId: connection.VpnConnectionId,
  Name: connection.Name ?? '',
  Description: connection.Description ?? '',
  AttachType: connection.AttachType,
  TransitRouterId: connection.TransitRouterId,
  TransitRouterName: connection.TransitRouterName ?? '',
  CrossAccountAuthorized: connection.CrossAccountAuthorized ?? false,
  Tag: SYSTEM_FLAGS,
  Tags: tagList(tags),
  ...(connection.TunnelBandwidth !== undefined && { TunnelBandwidth: connection.TunnelBandwidth }),
});

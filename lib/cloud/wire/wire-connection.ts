import * as z from 'zod/mini';
import type { PickConnection } from '../../core/domain/cloud-api.ts';
import type {
  AttachType,
  Connection,
  ConnectionId,
  ConnectionState,
  Tags,
  Tunnel,
  TunnelStatus,
} from '../../core/domain/estate.ts';
import type { Page } from '../client/list-pages.ts';
import type { Reader } from '../client/rpc.ts';
import { copy, count, lenient, oneOf, optionalText, ownText, reader, requiredId } from './wire-fields.ts';
import { gatewaysUsed } from './wire-gateway-use.ts';

/** VPC `DescribeVpnConnections` and `DescribeVpnConnection` (2016-04-28), only the fields in use. */

const STATES: readonly ConnectionState[] = [
  'init',
  'attaching',
  'attached',
  'detaching',
  'active',
  'financialLocked',
  'provisioning',
  'updating',
  'upgrading',
  'deleted',
];
const STATUSES: readonly TunnelStatus[] = [
  'ike_sa_not_established',
  'ike_sa_established',
  'ipsec_sa_not_established',
  'ipsec_sa_established',
];
const ATTACH_TYPES: readonly AttachType[] = ['CEN', 'NO_ASSOCIATED', 'VPNGW'];
/**
 * A number below this is not milliseconds. As seconds it is after the year 5000, so a smaller number must be seconds.
 */
const CREATE_TIME_MS_MIN = 100_000_000_000;
/** The last moment that a `Date` can hold. A later moment cannot be printed. */
const CREATE_TIME_MS_MAX = 8_640_000_000_000_000;
/** Connections with two tunnels have exactly these. Only they have `EnableTunnelsBgp`, with any value. */
const TUNNELS = 2;

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

const attachType = lenient((value): AttachType => {
  if (isAbsent(value)) {
    return 'missing';
  }
  return ATTACH_TYPES.find((known) => known === value) ?? 'unknown';
});

// Replies about connections with two tunnels may leave it out.
const status = lenient((value): Connection['status'] => {
  if (isAbsent(value)) {
    return 'missing';
  }
  return STATUSES.find((known) => known === value) ?? 'unknown';
});

// The documentation spells `Upgrading` in a single place.
const state = lenient((value): ConnectionState => {
  if (typeof value !== 'string') {
    return 'unknown';
  }
  return STATES.find((known) => known.toLowerCase() === value.toLowerCase()) ?? 'unknown';
});

const createTime = lenient((value) => {
  const timeMs = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  const isMoment = typeof timeMs === 'number' && Number.isSafeInteger(timeMs);
  return isMoment && timeMs >= CREATE_TIME_MS_MIN && timeMs <= CREATE_TIME_MS_MAX ? timeMs : undefined;
});

// Doubt counts as true here, so that the transit router counts as another account's.
const crossAccount = lenient((value) => !(isAbsent(value) || value === false || value === 'false'));

// Literal for "none" in replies about connections without a VPN gateway.
const vpnGatewayId = lenient((value) =>
  typeof value === 'string' && value !== '' && value !== 'vpn-not-exist' ? copy(value) : undefined,
);

const tunnel = z.object({ TunnelId: optionalText, Status: oneOf(STATUSES), State: optionalText });
const tunnelList = z.object({ TunnelOptions: z.array(z.unknown()) });
const UNREADABLE_TUNNEL: Tunnel = { tunnelId: '', status: 'unknown', state: undefined };

// A tunnel that cannot be read must not vanish: without tunnels the connection's own status would count.
const tunnels = lenient((value): readonly Tunnel[] => {
  if (isAbsent(value)) {
    return [];
  }
  const list = z.safeParse(tunnelList, value);
  if (!list.success) {
    return [UNREADABLE_TUNNEL];
  }
  return list.data.TunnelOptions.map((item) => {
    const read = z.safeParse(tunnel, item);
    if (!read.success) {
      return UNREADABLE_TUNNEL;
    }
    return { tunnelId: read.data.TunnelId ?? '', status: read.data.Status, state: read.data.State };
  });
});

// The name may be missing or empty. We cannot tell whether a missing name is empty.
const name = lenient((value) => (typeof value === 'string' ? copy(value) : undefined));

// A value may be empty. A missing value may have been any value, and a policy may protect exactly that value.
const tagList = z.object({ Tag: z.array(z.object({ Key: requiredId, Value: ownText })) });

// Most connections have no tags, so this saves memory in a big estate.
const NO_TAGS: Tags = new Map();
const NO_TUNNELS: readonly Tunnel[] = [];

// In doubt `unread`, never "no tags", because a tag may protect the connection.
const tags = lenient((value): Tags | 'unread' => {
  const list = z.safeParse(tagList, value);
  if (!list.success) {
    return 'unread';
  }
  if (list.data.Tag.length === 0) {
    return NO_TAGS;
  }
  const found = new Map<string, string>();
  for (const { Key: key, Value: text } of list.data.Tag) {
    if (found.has(key) && found.get(key) !== text) {
      return 'unread';
    }
    found.set(key, text);
  }
  return found;
});

const fields = {
  VpnConnectionId: requiredId,
  Name: name,
  CreateTime: createTime,
  AttachType: attachType,
  State: state,
  Status: status,
  TunnelOptionsSpecification: tunnels,
  EnableTunnelsBgp: lenient((value) => !isAbsent(value)),
  TransitRouterId: optionalText,
  AttachInstanceId: optionalText,
  VpnGatewayId: vpnGatewayId,
  CrossAccountAuthorized: crossAccount,
  ResourceGroupId: optionalText,
};

const untagged = z.object(fields);

/** Tunnels that a reply leaves out exist all the same, and may be up. */
function allTunnels(listed: readonly Tunnel[], hasTwo: boolean): readonly Tunnel[] {
  if (listed.length === 0 && !hasTwo) {
    return NO_TUNNELS;
  }
  return [...listed, ...Array<Tunnel>(Math.max(0, TUNNELS - listed.length)).fill(UNREADABLE_TUNNEL)];
}

const toConnection = (item: z.output<typeof untagged>, tagsRead: Tags | 'unread'): Connection => ({
  connectionId: item.VpnConnectionId,
  name: item.Name,
  createdAtMs: item.CreateTime,
  attachType: item.AttachType,
  state: item.State,
  status: item.Status,
  tunnels: allTunnels(item.TunnelOptionsSpecification, item.EnableTunnelsBgp),
  transitRouterId: item.TransitRouterId,
  cenId: item.AttachInstanceId,
  vpnGatewayId: item.VpnGatewayId,
  crossAccount: item.CrossAccountAuthorized,
  resourceGroupId: item.ResourceGroupId,
  tags: tagsRead,
});

// The list says `Tag.Tag`, the single read `Tags.Tag`.
const listReply = z.object({
  TotalCount: count,
  VpnConnections: z.object({ VpnConnection: z.array(z.object({ ...fields, Tag: tags })) }),
});
const singleReply = z.object({ ...fields, Tags: tags });

/** An id that many connections share is kept as a single text, not as a copy for each row. */
function withSharedTexts(connections: readonly Connection[]): readonly Connection[] {
  const texts = new Map<string | undefined, string | undefined>();
  const shared = <Text extends string | undefined>(text: Text): Text => {
    if (!texts.has(text)) {
      texts.set(text, text);
    }
    return texts.get(text) as Text;
  };
  return connections.map((connection) => ({
    ...connection,
    transitRouterId: shared(connection.transitRouterId),
    cenId: shared(connection.cenId),
    resourceGroupId: shared(connection.resourceGroupId),
  }));
}

/** A page of `DescribeVpnConnections`. */
export const connectionPage: Reader<Page<Connection>> = reader(listReply, (reply) => ({
  items: withSharedTexts(reply.VpnConnections.VpnConnection.map((item) => toConnection(item, item.Tag))),
  totalCount: reply.TotalCount,
}));

type Wanted = {
  readonly pick?: PickConnection | undefined;
  readonly onGateways?: ((gateways: readonly string[] | 'unread') => void) | undefined;
};

/** The same page, with the backup fields of the wanted connections, and their customer gateways for `onGateways`. */
export const connectionPageWith =
  ({ pick, onGateways }: Wanted): Reader<Page<Connection>> =>
  (body) => {
    const read = connectionPage(body);
    if ('problem' in read || (pick === undefined && onGateways === undefined)) {
      return read;
    }
    const rows = z.parse(rawRows, body).VpnConnections.VpnConnection;
    if (onGateways !== undefined) {
      rows.map(gatewaysUsed).forEach(onGateways);
    }
    if (pick === undefined) {
      return read;
    }
    return { value: { ...read.value, items: read.value.items.map((item, at) => withSettings(item, rows[at], pick)) } };
  };

const rawRows = z.object({ VpnConnections: z.object({ VpnConnection: z.array(z.unknown()) }) });

const withSettings = (connection: Connection, row: unknown, { isWanted, pick }: PickConnection): Connection =>
  isWanted(connection.connectionId) ? { ...connection, settings: pick(row) } : connection;

/** `DescribeVpnConnection`. An answer about another connection is not an answer. */
export const singleConnection = (connectionId: ConnectionId, pick?: PickConnection): Reader<Connection> => {
  const read = reader(
    singleReply,
    (reply) => toConnection(reply, reply.Tags),
    (reply) => (reply.VpnConnectionId === connectionId ? undefined : 'VpnConnectionId'),
  );
  return (body) => {
    const answer = read(body);
    return pick === undefined || 'problem' in answer ? answer : { value: withSettings(answer.value, body, pick) };
  };
};

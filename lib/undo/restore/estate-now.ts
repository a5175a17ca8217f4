import { CloudError } from '../../core/domain/errors.ts';
import type { Attachment, Connection, Routing, Tags } from '../../core/domain/estate.ts';
import { TAG_KEEP } from '../../core/domain/tag-names.ts';
import type { RestoreApi } from '../../core/undo/create-api.ts';
import type { Settings } from '../../core/undo/settings.ts';
import { type Backup, connectionIdOf } from '../backup-document.ts';
import {
  pickAttachment,
  pickConnection,
  pickConnectionRoute,
  pickCustomerGateway,
  pickStaticRoute,
} from '../pick-settings.ts';

/** The existing connection and everything around it that its backup mentions. */
export type EstateNow = {
  /** The connection itself, or the connection that an earlier restore created. Undefined if neither exists. */
  readonly target: Connection | undefined;
  /** Further connections that a restore created. A person has to choose which connection to keep. */
  readonly further: readonly string[];
  readonly gatewayIds: ReadonlySet<string>;
  /** `foreign`: it belongs to another account. `none`: the backup has no attachment. */
  readonly transitRouter: 'present' | 'absent' | 'foreign' | 'none';
  /** The attachment of the target to that transit router. */
  readonly attachment: Attachment | undefined;
  readonly routeTableIds: ReadonlySet<string>;
  readonly routing: Routing | undefined;
  /** Static routes to other attachments: the attachment by route table and destination. */
  readonly takenBy: ReadonlyMap<string, string>;
  readonly connectionRoutes: readonly Settings[];
};

const WANTED = { isWanted: () => true, pick: pickConnection };
const RESTORED = /^restored \S+ from (vco-[0-9a-z-]+)$/;
const TAGGED_MAX = 20;

const NOTHING = {
  attachment: undefined,
  routeTableIds: new Set<string>(),
  routing: undefined,
  takenBy: new Map<string, string>(),
  connectionRoutes: [],
};

/** The value of the keep tag on a restored connection. A later restore finds the connection by this value. */
export const toKeepValue = (day: string, connectionId: string): string => `restored ${day} from ${connectionId}`;

/** The original of a restored connection. Undefined if no restore created it. */
const restoredFrom = (tags: Tags): string | undefined => RESTORED.exec(tags.get(TAG_KEEP) ?? '')?.[1];

export const routeKey = (routeTableId: string, destination: string): string => `${routeTableId} ${destination}`;

/** Read the cloud for a restore. Throws `CloudError`. */
export async function lookAtEstate(api: RestoreApi, backup: Backup): Promise<EstateNow> {
  const { regionId } = backup;
  const [gateways, { target, further }, held] = await Promise.all([
    api.listCustomerGateways(regionId, pickCustomerGateway),
    findTarget(api, backup),
    lookAtTransitRouter(api, backup),
  ]);
  const gatewayIds = new Set(gateways.map(({ CustomerGatewayId: id }) => String(id)));
  const found: EstateNow = { ...NOTHING, ...held, target, further, gatewayIds };
  return await lookAgain(api, backup, found);
}

/** Read again only the target and everything on it, because the steps of a restore change nothing else. */
export async function lookAgain(api: RestoreApi, backup: Backup, before: EstateNow): Promise<EstateNow> {
  const { regionId } = backup;
  const id = before.target?.connectionId;
  const connection = id === undefined ? undefined : await api.getConnection(regionId, id, WANTED);
  const target =
    connection === undefined || connection === 'gone' ? undefined : await withTags(api, regionId, connection);
  const [routed, connectionRoutes] = await Promise.all([
    lookAtRouting(api, backup, before.transitRouter, target),
    target?.state === 'attached' ? api.listConnectionRoutes(regionId, target.connectionId, pickConnectionRoute) : [],
  ]);
  return { ...before, target, ...routed, connectionRoutes };
}

async function findTarget(api: RestoreApi, backup: Backup): Promise<Pick<EstateNow, 'target' | 'further'>> {
  const { regionId } = backup;
  const oldId = connectionIdOf(backup);
  const original = await api.getConnection(regionId, oldId, WANTED);
  if (original !== 'gone') {
    return { target: original, further: [] };
  }
  const [target, ...further] = await findRestored(api, backup);
  return { target, further: further.map(({ connectionId }) => connectionId) };
}

/** The connections that earlier restores of this backup have created. */
export async function findRestored(api: RestoreApi, backup: Backup): Promise<readonly Connection[]> {
  const { regionId } = backup;
  const listed = await api.listConnections(regionId);
  const unread = listed.filter(({ tags }) => tags === 'unread').map(({ connectionId }) => connectionId);
  const more = new Map<string, Tags>();
  for (let at = 0; at < unread.length; at += TAGGED_MAX) {
    for (const [id, tags] of await api.listTags(regionId, unread.slice(at, at + TAGGED_MAX))) {
      more.set(id, tags);
    }
  }
  return listed.filter(({ connectionId, tags, state }) => {
    const known = tags === 'unread' ? more.get(connectionId) : tags;
    return state !== 'deleted' && known !== undefined && restoredFrom(known) === connectionIdOf(backup);
  });
}

async function withTags(api: RestoreApi, regionId: string, connection: Connection): Promise<Connection> {
  if (connection.tags !== 'unread') {
    return connection;
  }
  const read = await api.listTags(regionId, [connection.connectionId]);
  return { ...connection, tags: read.get(connection.connectionId) ?? 'unread' };
}

async function lookAtTransitRouter(
  api: RestoreApi,
  { regionId, attachment, connection }: Backup,
): Promise<Pick<EstateNow, 'transitRouter' | 'routeTableIds'>> {
  if (attachment === null) {
    return { transitRouter: 'none', routeTableIds: new Set() };
  }
  const id = String(attachment.TransitRouterId);
  const own = await api.listTransitRouters(regionId);
  if (own.some(({ transitRouterId }) => transitRouterId === id)) {
    return { transitRouter: 'present', routeTableIds: new Set(await api.listRouteTables(regionId, id)) };
  }
  const isForeign = connection.CrossAccountAuthorized === true;
  return { transitRouter: isForeign ? 'foreign' : 'absent', routeTableIds: new Set() };
}

type Routed = Pick<EstateNow, 'attachment' | 'routing' | 'takenBy'>;

async function lookAtRouting(
  api: RestoreApi,
  { regionId, attachment: saved }: Backup,
  transitRouter: EstateNow['transitRouter'],
  target: Connection | undefined,
): Promise<Routed> {
  if (transitRouter !== 'present' || saved === null) {
    return { attachment: undefined, routing: undefined, takenBy: new Map() };
  }
  const id = String(saved.TransitRouterId);
  const [attachments, routings] = await Promise.all([
    api.listAttachments(regionId, id, pickAttachment),
    api.listRouting(regionId, id, { pick: pickStaticRoute }),
  ]);
  const attachment = attachments.find(({ connectionId }) => connectionId === target?.connectionId);
  const takenBy = new Map<string, string>();
  for (const [attachmentId, { routeSettings = [] }] of routings) {
    for (const { routeTableId, reading } of routeSettings) {
      if (attachmentId !== attachment?.attachmentId) {
        takenBy.set(routeKey(routeTableId, destinationOf(reading)), attachmentId);
      }
    }
  }
  return { attachment, routing: attachment && routings.get(attachment.attachmentId), takenBy };
}

export function destinationOf(reading: NonNullable<Connection['settings']>): string {
  if ('problem' in reading) {
    const action = 'ListTransitRouterRouteEntries';
    throw new CloudError({ action, code: 'UnreadableReply', effect: 'refused', detail: reading.problem });
  }
  return String(reading.settings.TransitRouterRouteEntryDestinationCidrBlock);
}

import type { AccountId, Attachment, Connection, ConnectionId, RegionId, Routing } from '../core/domain/estate.ts';
import { toIso } from '../core/domain/time.ts';
import { BACKUP_FORMAT } from '../core/store/store-layout.ts';
import type { Settings, SettingsReading } from '../core/undo/settings.ts';

/** The data for a restore of a connection, with the cloud's own names and without secrets. */
export type Backup = {
  readonly format: typeof BACKUP_FORMAT;
  /** ISO UTC. */
  readonly takenAt: string;
  readonly runId: string;
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly connection: Settings;
  /** Null if the connection was bound to nothing. */
  readonly attachment: Settings | null;
  readonly association: Settings | null;
  readonly propagations: readonly Settings[];
  readonly staticRoutes: readonly Settings[];
  readonly vcoRoutes: readonly Settings[];
  /** The customer gateways at the other ends of its tunnels. */
  readonly customerGateways: readonly Settings[];
  readonly tags: readonly Tag[];
  readonly verdict: {
    readonly rule: string | null;
    readonly since: string | null;
    readonly evidence: readonly string[];
  };
};

export type Tag = { readonly Key: string; readonly Value: string };

/** The data that was read of a connection just before its deletion. */
export type BackupInput = {
  readonly takenMs: number;
  readonly runId: string;
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly connection: Connection;
  /**
   * The attachment of the connection, with its routing and routes. Undefined if the connection was bound to nothing.
   */
  readonly held:
    | { readonly attachment: Attachment; readonly routing: Routing; readonly vcoRoutes: readonly Settings[] }
    | undefined;
  /** All customer gateways of the region. */
  readonly customerGateways: readonly Settings[];
  readonly verdict: {
    readonly rule: string | null;
    readonly sinceMs: number | undefined;
    readonly evidence: readonly string[];
  };
};

/** The replies lacked a field that every restore needs. The message names the field, and quotes no reply. */
export class IncompleteBackup extends Error {
  override readonly name = 'IncompleteBackup';
}

/** Make the document from the data that was read. Pure. Throws `IncompleteBackup`. */
export function toBackup(input: BackupInput): Backup {
  const { connection: read, held, verdict } = input;
  const connection = settingsOf('the connection', read.settings);
  for (const name of ['VpnConnectionId', 'LocalSubnet', 'RemoteSubnet']) {
    if (typeof connection[name] !== 'string') {
      throw new IncompleteBackup(`the connection was read without ${name}`);
    }
  }
  if (read.tags === 'unread') {
    throw new IncompleteBackup('the tags of the connection were not read');
  }
  const gateways = new Set(gatewayIdsOf(connection));
  return {
    format: BACKUP_FORMAT,
    takenAt: toIso(input.takenMs),
    runId: input.runId,
    accountId: input.accountId,
    regionId: input.regionId,
    connection,
    ...toRouting(held),
    customerGateways: input.customerGateways.filter(({ CustomerGatewayId: id }) => gateways.has(String(id))),
    tags: [...read.tags].map(([Key, Value]) => ({ Key, Value })),
    verdict: {
      rule: verdict.rule,
      since: verdict.sinceMs === undefined ? null : toIso(verdict.sinceMs),
      evidence: verdict.evidence,
    },
  };
}

type Held = Pick<Backup, 'attachment' | 'association' | 'propagations' | 'staticRoutes' | 'vcoRoutes'>;

function toRouting(held: BackupInput['held']): Held {
  if (held === undefined) {
    return { attachment: null, association: null, propagations: [], staticRoutes: [], vcoRoutes: [] };
  }
  const { attachment, routing, vcoRoutes } = held;
  if (routing.routeSettings === undefined) {
    throw new IncompleteBackup('the routes of its attachment were read without their settings');
  }
  const [table] = routing.associations;
  return {
    attachment: settingsOf('its attachment', attachment.settings),
    association: table === undefined ? null : { TransitRouterRouteTableId: table },
    propagations: routing.propagations.map((id) => ({ TransitRouterRouteTableId: id })),
    staticRoutes: routing.routeSettings.map(({ routeTableId, reading }) => ({
      TransitRouterRouteTableId: routeTableId,
      ...settingsOf('a static route', reading),
    })),
    vcoRoutes,
  };
}

function settingsOf(what: string, reading: SettingsReading | undefined): Settings {
  if (reading !== undefined && 'settings' in reading) {
    return reading.settings;
  }
  throw new IncompleteBackup(
    `${what} was read ${reading === undefined ? 'without its settings' : `with an odd ${reading.problem}`}`,
  );
}

/** The tunnels of a dual-tunnel connection, by their index. Empty for a single tunnel. */
export function tunnelsOf({ TunnelOptionsSpecification: specification }: Settings): readonly Settings[] {
  const tunnels =
    typeof specification === 'object' && 'TunnelOptions' in specification ? specification.TunnelOptions : [];
  return Array.isArray(tunnels) ? tunnels.toSorted((a, b) => Number(a.TunnelIndex) - Number(b.TunnelIndex)) : [];
}

/** The customer gateways at the other ends of its tunnels, each once. */
export function gatewayIdsOf(connection: Settings): readonly string[] {
  const ids = [connection, ...tunnelsOf(connection)].map(({ CustomerGatewayId: id }) => id);
  return [...new Set(ids.filter((id) => typeof id === 'string' && id !== ''))] as string[];
}

export const connectionIdOf = ({ connection }: Backup): ConnectionId => String(connection.VpnConnectionId);

const SWEEPERS = /^vco-sweeper:(orphan|seen|detached|keep)$/;
const RESERVED = /^(acs:|aliyun)/i;

/** The tags that the owner wrote. A restore does not write the sweeper's own tags and the cloud's reserved tags. */
export const ownersTags = ({ tags }: Pick<Backup, 'tags'>): readonly Tag[] =>
  tags.filter(({ Key }) => !SWEEPERS.test(Key) && !RESERVED.test(Key));

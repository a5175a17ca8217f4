import { TAG_KEEP } from '../../core/domain/tag-names.ts';
import type { CreateCall } from '../../core/undo/create-api.ts';
import type { Settings } from '../../core/undo/settings.ts';
import { type Backup, connectionIdOf, ownersTags, type Tag, tunnelsOf } from '../backup-document.ts';
import { ATTACHMENT_FIELDS, CONNECTION_FIELDS, STATIC_ROUTE_FIELDS } from '../field-table.ts';
import type { PskKeys } from '../psk-keys.ts';
import { shapeOf, toCreatable, toParams } from '../to-params.ts';
import { toKeepValue } from './estate-now.ts';
import type { Step } from './plan-restore.ts';

const TAGS_MAX = 20;

/** The data for the requests of a restore. */
export type CreateInput = {
  readonly backup: Backup;
  /** ISO date of the restore. */
  readonly day: string;
  readonly keys: PskKeys | undefined;
};

/** CreateVpnAttachment: the connection. It has its keep tag from the start, so no sweep can delete it. */
export function connectionCall({ backup, day, keys }: CreateInput): CreateCall {
  const keep = { Key: TAG_KEEP, Value: toKeepValue(day, connectionIdOf(backup)) };
  const tags = [keep, ...ownersTags(backup)].slice(0, TAGS_MAX);
  const settings = toCreatable(backup.connection);
  const params = toParams(CONNECTION_FIELDS, settings, shapeOf(backup.connection));
  const { regionId } = backup;
  return {
    action: 'CreateVpnAttachment',
    regionId,
    params: {
      RegionId: regionId,
      ...params,
      ...keyParams(backup.connection, params, keys),
      ...tagParams('Tags', tags),
    },
  };
}

/** Keys are in no table of fields. They go only from the person's file into the request. */
function keyParams(
  connection: Settings,
  params: CreateCall['params'],
  keys: PskKeys | undefined,
): CreateCall['params'] {
  if (keys === undefined) {
    return {};
  }
  const tunnels = tunnelsOf(connection);
  if (tunnels.length === 0) {
    const ike: object = JSON.parse(String(params.IkeConfig ?? '{}'));
    return { IkeConfig: JSON.stringify({ ...ike, Psk: keys.get(1) }) };
  }
  return Object.fromEntries(
    tunnels.flatMap(({ TunnelIndex }, at) => {
      const key = keys.get(Number(TunnelIndex ?? at + 1));
      return key === undefined ? [] : [[`TunnelOptionsSpecification.${at + 1}.TunnelIkeConfig.Psk`, key]];
    }),
  );
}

const tagParams = (name: string, tags: readonly Tag[]): CreateCall['params'] =>
  Object.fromEntries(
    tags.flatMap(({ Key, Value }, at) => [
      [`${name}.${at + 1}.Key`, Key],
      [`${name}.${at + 1}.Value`, Value],
    ]),
  );

/** The request of a step for something on the connection. Undefined if the step creates nothing there. */
export function hangingCall(
  step: Step,
  { regionId, attachment, staticRoutes }: Backup,
  ids: { readonly connectionId: string; readonly attachmentId: string | undefined },
): CreateCall | undefined {
  const { connectionId, attachmentId = '' } = ids;
  switch (step.kind) {
    case 'attach':
      return {
        action: 'CreateTransitRouterVpnAttachment',
        regionId,
        params: {
          RegionId: regionId,
          VpnId: connectionId,
          ...toParams(ATTACHMENT_FIELDS, attachment ?? {}, attachmentShape(attachment)),
        },
      };
    case 'associate':
    case 'propagate': {
      const params = { TransitRouterAttachmentId: attachmentId, TransitRouterRouteTableId: step.routeTableId };
      const action =
        step.kind === 'associate'
          ? 'AssociateTransitRouterAttachmentWithRouteTable'
          : 'EnableTransitRouterRouteTablePropagation';
      return { action, regionId, params };
    }
    case 'static-route':
      return {
        action: 'CreateTransitRouterRouteEntry',
        regionId,
        params: {
          TransitRouterRouteTableId: step.routeTableId,
          ...toParams(STATIC_ROUTE_FIELDS, staticRoutes[step.index] ?? {}, 'single'),
          TransitRouterRouteEntryNextHopId: attachmentId,
        },
      };
    case 'connection-route':
      return {
        action: 'CreateVcoRouteEntry',
        regionId,
        params: {
          RegionId: regionId,
          VpnConnectionId: connectionId,
          RouteDest: step.destination,
          NextHop: connectionId,
          OverlayMode: 'Ipsec',
          Weight: step.weight,
        },
      };
    default:
      return undefined;
  }
}

/**
 * Each of two tunnels brings a zone, so the cloud refuses zones. A backup has zones only for a single tunnel's
 * attachment.
 */
const attachmentShape = (attachment: Settings | null) =>
  Array.isArray(attachment?.Zones) && attachment.Zones.length > 0 ? 'single' : 'dual';

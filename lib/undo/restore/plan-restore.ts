import { TAG_KEEP } from '../../core/domain/tag-names.ts';
import { readKeep } from '../../core/guards/keep-tag.ts';
import type { Settings } from '../../core/undo/settings.ts';
import { type Backup, connectionIdOf, gatewayIdsOf, ownersTags, type Tag, tunnelsOf } from '../backup-document.ts';
import { addressesOf } from '../to-params.ts';
import { destinationOf, type EstateNow, routeKey } from './estate-now.ts';

/** A step of a restore, in the order of execution. */
export type Step =
  | { readonly kind: 'create-connection' }
  /** Protect an existing connection from the sweep. */
  | { readonly kind: 'keep' }
  | { readonly kind: 'attach' }
  | { readonly kind: 'associate' | 'propagate'; readonly routeTableId: string }
  | {
      readonly kind: 'static-route';
      readonly index: number;
      readonly routeTableId: string;
      readonly destination: string;
    }
  | { readonly kind: 'connection-route'; readonly index: number; readonly destination: string; readonly weight: number }
  | { readonly kind: 'tags'; readonly tags: readonly Tag[] };

export type RestorePlan = {
  readonly oldId: string;
  /** The connection to continue with. Undefined if the restore will create a connection. */
  readonly targetId: string | undefined;
  readonly steps: readonly Step[];
  /** Why the restore may not begin. Each sentence names the action that a person has to take. */
  readonly stops: readonly string[];
  /** Properties that will differ from the original. */
  readonly differences: readonly string[];
  /** Things that a restore cannot bring back. */
  readonly losses: readonly string[];
  /** Actions for the owner of the transit router. */
  readonly needed: readonly string[];
};

/** Decide which steps are left, from the backup and the existing things. Pure. */
export function planRestore(backup: Backup, now: EstateNow, nowMs: number): RestorePlan {
  const isNew = now.target === undefined || now.target.connectionId !== connectionIdOf(backup);
  return {
    oldId: connectionIdOf(backup),
    targetId: now.target?.connectionId,
    steps: stepsLeft(backup, now, nowMs),
    stops: findStops(backup, now),
    differences: listDifferences(backup, isNew),
    losses: listLosses(backup, now),
    needed: listNeeded(backup, now),
  };
}

/** The steps that the existing things do not show as done. Pure. */
export function stepsLeft(backup: Backup, now: EstateNow, nowMs: number): readonly Step[] {
  const { target } = now;
  const isThere = target !== undefined && target.state !== 'provisioning';
  const isHeld = now.attachment !== undefined || now.transitRouter === 'foreign';
  const isAttached =
    target?.state === 'attached' && (now.transitRouter === 'foreign' || now.attachment?.status === 'Attached');
  const wantsAttachment = now.transitRouter === 'present' && !(isHeld && isAttached);
  return [
    ...(isThere ? [] : [{ kind: 'create-connection' } as const]),
    ...(target !== undefined && !isKept(now, nowMs) ? [{ kind: 'keep' } as const] : []),
    ...(wantsAttachment ? [{ kind: 'attach' } as const] : []),
    ...(now.transitRouter === 'present' ? linksLeft(backup, now) : []),
    ...(now.transitRouter === 'present' || isAttached ? routesLeft(backup, now) : []),
    ...tagsLeft(backup, now),
  ];
}

function isKept({ target }: EstateNow, nowMs: number): boolean {
  return target !== undefined && target.tags !== 'unread' && readKeep(target.tags, nowMs).reasons.length > 0;
}

function linksLeft({ association, propagations, staticRoutes }: Backup, now: EstateNow): readonly Step[] {
  const { routing, routeTableIds, takenBy } = now;
  const tableOf = ({ TransitRouterRouteTableId: id }: { readonly [name: string]: unknown }) => String(id);
  const exists = (id: string) => routeTableIds.has(id);
  const own = new Set(
    (routing?.routeSettings ?? []).map(({ routeTableId, reading }) => routeKey(routeTableId, destinationOf(reading))),
  );
  return [
    ...(association === null ? [] : [tableOf(association)])
      .filter((id) => exists(id) && (routing?.associations ?? []).length === 0)
      .map((routeTableId) => ({ kind: 'associate', routeTableId }) as const),
    ...propagations
      .map(tableOf)
      .filter((id) => exists(id) && !routing?.propagations.includes(id))
      .map((routeTableId) => ({ kind: 'propagate', routeTableId }) as const),
    ...staticRoutes
      .map((route, index) => ({
        kind: 'static-route' as const,
        index,
        routeTableId: tableOf(route),
        destination: String(route.TransitRouterRouteEntryDestinationCidrBlock),
        isOfList: route.PrefixListId !== undefined,
      }))
      .filter(({ routeTableId: id, destination, isOfList }) => {
        const key = routeKey(id, destination);
        return exists(id) && !own.has(key) && !takenBy.has(key) && !isOfList;
      })
      .map(({ isOfList: _, ...step }) => step),
  ];
}

function routesLeft({ vcoRoutes }: Backup, { connectionRoutes }: EstateNow): readonly Step[] {
  const known = new Set(connectionRoutes.map(({ RouteDest, Weight }) => `${RouteDest} ${Weight}`));
  return vcoRoutes
    .map((route, index) => ({
      kind: 'connection-route' as const,
      index,
      destination: String(route.RouteDest),
      weight: Number(route.Weight),
    }))
    .filter(({ destination, weight }) => !known.has(`${destination} ${weight}`));
}

function tagsLeft(backup: Backup, { target }: EstateNow): readonly Step[] {
  if (target === undefined || target.tags === 'unread' || target.connectionId === connectionIdOf(backup)) {
    return [];
  }
  const { tags } = target;
  const missing = ownersTags(backup).filter(({ Key, Value }) => tags.get(Key) !== Value);
  return missing.length > 0 ? [{ kind: 'tags', tags: missing }] : [];
}

function findStops(backup: Backup, now: EstateNow): readonly string[] {
  const { target, further } = now;
  const stops: string[] = [];
  if (target !== undefined && further.length > 0) {
    const ids = [target.connectionId, ...further].join(', ');
    stops.push(
      `several connections were restored from ${connectionIdOf(backup)}: ${ids}. Delete all but one of these connections`,
    );
  }
  if (target === undefined) {
    if (!namesGateways(backup.connection)) {
      stops.push('the backup does not name a customer gateway for each tunnel, and the cloud creates none without it');
    }
    for (const id of gatewayIdsOf(backup.connection).filter((one) => !now.gatewayIds.has(one))) {
      stops.push(`the customer gateway ${id}${addressOf(backup, id)} does not exist any more`);
    }
  }
  if (now.transitRouter === 'absent') {
    stops.push(`the transit router ${backup.attachment?.TransitRouterId} does not exist in this account any more`);
  }
  return [...stops, ...stopsOfTarget(backup, now)];
}

/** A connection with tunnels names its customer gateways in them. */
function namesGateways(connection: Settings): boolean {
  const tunnels = tunnelsOf(connection);
  return (tunnels.length > 0 ? tunnels : [connection]).every((settings) => gatewayIdsOf(settings).length > 0);
}

const addressOf = ({ customerGateways }: Backup, id: string): string => {
  const found = customerGateways.find(({ CustomerGatewayId }) => CustomerGatewayId === id);
  return found?.IpAddress === undefined ? '' : ` (${found.IpAddress})`;
};

function stopsOfTarget({ attachment }: Backup, { target, transitRouter }: EstateNow): readonly string[] {
  if (target === undefined) {
    return [];
  }
  const { connectionId, state, transitRouterId, attachType } = target;
  if (attachType !== 'CEN' && attachType !== 'NO_ASSOCIATED') {
    return [`${connectionId} is of another kind than a transit router's connection`];
  }
  if (transitRouter !== 'none' && transitRouterId !== undefined && transitRouterId !== attachment?.TransitRouterId) {
    return [`${connectionId} is bound to ${transitRouterId} now, and the backup to ${attachment?.TransitRouterId}`];
  }
  return state === 'detaching' || state === 'financialLocked' || state === 'deleted'
    ? [`${connectionId} is ${state} now. Run this again when that is over`]
    : [];
}

function listDifferences({ connection, attachment }: Backup, isNew: boolean): readonly string[] {
  const addresses = addressesOf(connection);
  const told = addresses.length > 0 ? `, before ${addresses.join(' and ')}` : '';
  const withNewId = [
    'the connection gets a new id: monitoring, Terraform and scripts that name the old one have to be changed',
    'the pre-shared keys: unless --psk-file gives them, the cloud makes new keys. Enter the keys at the other end',
    'the tunnels get new ids, and BGP and IKE begin anew',
  ];
  return [
    ...(attachment === null
      ? []
      : [
          `a new public address for each tunnel${told}: change the peer address at the other end`,
          'the attachment gets a new id',
        ]),
    ...(isNew ? withNewId : []),
  ];
}

function listLosses(backup: Backup, now: EstateNow): readonly string[] {
  const { association, propagations, staticRoutes, connection, attachment, vcoRoutes } = backup;
  if (attachment === null) {
    return ['the backup was taken of a connection bound to nothing: it is not attached to anything'];
  }
  const tables = [association, ...propagations, ...staticRoutes].flatMap((one) =>
    one === null ? [] : [String(one.TransitRouterRouteTableId)],
  );
  const gone = now.transitRouter === 'present' ? [...new Set(tables)].filter((id) => !now.routeTableIds.has(id)) : [];
  const routes = staticRoutes.flatMap((route) => {
    const destination = String(route.TransitRouterRouteEntryDestinationCidrBlock);
    const taken = now.takenBy.get(routeKey(String(route.TransitRouterRouteTableId), destination));
    if (route.PrefixListId !== undefined) {
      return [
        `the static route to ${destination} comes from the prefix list ${route.PrefixListId}: associate it by hand`,
      ];
    }
    return taken === undefined
      ? []
      : [
          `the static route to ${destination} in ${route.TransitRouterRouteTableId} is no longer free: it leads to ${taken}`,
        ];
  });
  return [
    ...gone.map((id) => `the entries of the attachment in the route table ${id}, which does not exist any more`),
    ...routes,
    ...(vcoRoutes.length > 0 ? ['the descriptions of the routes of the connection, which no reply shows'] : []),
    ...(tunnelsOf(connection).some((tunnel) => tunnel.RemoteCaCertificate !== undefined)
      ? ['the CA certificates of single tunnels']
      : []),
  ];
}

function listNeeded(
  { attachment, connection, accountId }: Backup,
  { target, transitRouter }: EstateNow,
): readonly string[] {
  if (transitRouter !== 'foreign' || target?.attachType === 'CEN' || attachment === null) {
    return [];
  }
  const { CenId, TransitRouterId } = attachment;
  const id = target?.connectionId ?? 'the new connection';
  const cen = CenId ?? connection.AttachInstanceId;
  return [
    `the transit router ${TransitRouterId} is another account's. In this account, grant ${id} to its CEN ${cen} (GrantInstanceToTransitRouter)`,
    `its owner then attaches ${id} of account ${accountId} to ${TransitRouterId} (CreateTransitRouterVpnAttachment with VpnOwnerId), and adds the association, propagations and static routes of the backup`,
    'run this again afterwards: it adds the routes of the connection',
  ];
}

/** The same text for the same step, for maps and client tokens. */
export function stepKey(step: Step): string {
  switch (step.kind) {
    case 'associate':
    case 'propagate':
      return `${step.kind} ${step.routeTableId}`;
    case 'static-route':
      return `${step.kind} ${step.routeTableId} ${step.destination}`;
    case 'connection-route':
      return `${step.kind} ${step.destination} ${step.weight}`;
    default:
      return step.kind;
  }
}

/** The step as a line for a person. */
export function describeStep(step: Step, { attachment }: Backup): string {
  switch (step.kind) {
    case 'create-connection':
      return 'create the connection, and wait until it is ready';
    case 'keep':
      return `tag it ${TAG_KEEP}, so that no sweep takes it`;
    case 'attach':
      return `attach it to ${attachment?.TransitRouterId}, and wait until both sides say so`;
    case 'associate':
      return `associate the attachment with the route table ${step.routeTableId}`;
    case 'propagate':
      return `let the route table ${step.routeTableId} learn its routes`;
    case 'static-route':
      return `add the static route to ${step.destination} in ${step.routeTableId}`;
    case 'connection-route':
      return `add its route to ${step.destination}, weight ${step.weight}`;
    case 'tags':
      return `write its tags: ${step.tags.map(({ Key }) => Key).join(', ')}`;
  }
}

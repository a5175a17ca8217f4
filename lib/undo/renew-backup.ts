import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../core/undo/settings.ts';
import { type Backup, ownersTags, tunnelsOf } from './backup-document.ts';
import { CONNECTION_FIELDS } from './field-table.ts';
import { shapeOf, toCreatable, toParams } from './to-params.ts';

/**
 * Fields that a connection and its tunnels have from the attachment. A connection that is bound to nothing lacks them.
 */
const OF_ATTACHMENT = [
  'AttachType',
  'State',
  'Status',
  'AttachInstanceId',
  'TransitRouterId',
  'TransitRouterName',
  'CrossAccountAuthorized',
  'InternetIp',
  'ZoneNo',
];

const TUNNEL_INDEX = 'TunnelIndex';

/**
 * The new backup of a connection that was backed up and then detached, and is about to be deleted. It has the current
 * settings and tags, and the attachment and routes of the earlier backup. Pure.
 *
 * @returns `before` itself if a restore from it would set the same
 */
export function renewBackup(before: Backup, now: Backup): Backup {
  const { attachment, association, propagations, staticRoutes, vcoRoutes } = before;
  const connection = withAttachment(now.connection, before.connection);
  const renewed = { ...now, connection, attachment, association, propagations, staticRoutes, vcoRoutes };
  return isDeepStrictEqual(toRestored(before), toRestored(renewed)) ? before : renewed;
}

/** The settings of the connection itself that a restore sets. */
const toRestored = (backup: Backup) => ({
  params: toParams(CONNECTION_FIELDS, toCreatable(backup.connection), shapeOf(backup.connection)),
  tags: new Map(ownersTags(backup).map(({ Key, Value }) => [Key, Value])),
});

/** The addresses matter most: they tell a restore whether the cloud or a person chose a `LocalId`. */
function withAttachment(now: Settings, before: Settings): Settings {
  const [tunnels, earlier] = [tunnelsOf(now), tunnelsOf(before)];
  return {
    ...replaceOf(now, before),
    ...(tunnels.length > 0
      ? {
          TunnelOptionsSpecification: {
            TunnelOptions: tunnels.map((tunnel, at) =>
              replaceOf(tunnel, earlierOf(tunnel, earlier) ?? earlier[at] ?? {}),
            ),
          },
        }
      : {}),
  };
}

/** The same tunnel before. No reply promises an order of tunnels. */
const earlierOf = (tunnel: Settings, earlier: readonly Settings[]): Settings | undefined =>
  earlier.find((one) => isSame(one.TunnelId, tunnel.TunnelId)) ??
  earlier.find((one) => isSame(one[TUNNEL_INDEX], tunnel[TUNNEL_INDEX]));

const isSame = (a: unknown, b: unknown): boolean => a !== undefined && String(a) === String(b);

/** An index stays with its tunnel, even where a reply leaves it out. */
function replaceOf(now: Settings, before: Settings): Settings {
  const kept = Object.entries(now).filter(([name]) => !OF_ATTACHMENT.includes(name));
  const taken = Object.entries(before).filter(([name]) => OF_ATTACHMENT.includes(name) || name === TUNNEL_INDEX);
  return Object.fromEntries([...taken, ...kept]);
}

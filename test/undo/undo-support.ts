import { resolveEndpoints } from '../../lib/cloud/client/endpoints.ts';
import { createRestoreApi } from '../../lib/cloud/undo/create-restore-api.ts';
import type { Store, StoreDocument } from '../../lib/core/store/store.ts';
import { openStore } from '../../lib/store/open-store.ts';
import type { Backup } from '../../lib/undo/backup-document.ts';
import type { PskKeys } from '../../lib/undo/psk-keys.ts';
import { readBackup } from '../../lib/undo/read-backup.ts';
import { lookAtEstate } from '../../lib/undo/restore/estate-now.ts';
import { planRestore } from '../../lib/undo/restore/plan-restore.ts';
import { type RestoreResult, runRestore } from '../../lib/undo/restore/run-restore.ts';
import { aStoreFolder, filesIn, time } from '../store/store-support.ts';
import { REGION } from '../support/builders.ts';
import type { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, free, inUse } from '../support/estates.ts';

/** A folder with a store in it. */
export async function aStore() {
  const folder = aStoreFolder();
  return { folder, store: await openStore(folder, time) };
}

type Document = Readonly<Record<string, unknown>> & {
  readonly connection: Readonly<Record<string, unknown>>;
  readonly attachment: Readonly<Record<string, unknown>> | null;
};

/** The backups in a store, the oldest first, with their paths. */
export const backupsIn = (folder: string): readonly (readonly [path: string, document: Document])[] =>
  Object.entries(filesIn(folder))
    .filter(([path]) => path.startsWith('backups/'))
    .map(([path, text]) => [path, JSON.parse(text)]);

export const SINGLE = {
  CustomerGatewayId: 'cgw-1',
  InternetIp: '203.0.113.77',
  LocalSubnet: '10.1.0.0/16,10.2.0.0/16',
  RemoteSubnet: '10.9.0.0/16',
  EffectImmediately: true,
  IkeConfig: { IkeVersion: 'ikev2', IkeEncAlg: 'aes256', IkeLifetime: 3600 },
  VcoHealthCheck: { Enable: 'true', Dip: '10.9.0.1', Sip: '10.1.0.1', Interval: 5, Retry: 4, Policy: 'reserve_route' },
  VpnBgpConfig: {
    EnableBgp: 'true',
    LocalAsn: 65_530,
    TunnelCidr: '169.254.11.0/30',
    LocalBgpIp: '169.254.11.1',
    PeerBgpIp: '169.254.11.2',
    AuthKey: 'canary-auth-key',
  },
};

/** An orphan with a single tunnel, and with everything that an attachment can have. */
export const wholeEstate = () => ({
  regions: [{ RegionId: REGION }],
  customerGateways: [
    { CustomerGatewayId: 'cgw-1', Name: 'branch', IpAddress: '192.0.2.1', Asn: 65_001, AuthKey: 'canary-auth-key' },
    { CustomerGatewayId: 'cgw-2', Name: 'other', IpAddress: '192.0.2.2' },
  ],
  transitRouters: [{ TransitRouterId: 'tr-1' }],
  routeTables: [
    { TransitRouterRouteTableId: 'vtb-1', TransitRouterId: 'tr-1' },
    { TransitRouterRouteTableId: 'vtb-2', TransitRouterId: 'tr-1', TransitRouterRouteTableType: 'Custom' },
  ],
  attachments: [
    {
      TransitRouterAttachmentId: 'tr-attach-old',
      VpnId: 'vco-old',
      TransitRouterId: 'tr-1',
      TransitRouterAttachmentName: 'branch-office',
      AutoPublishRouteEnabled: false,
      tags: { team: 'network' },
    },
  ],
  associations: [{ TransitRouterAttachmentId: 'tr-attach-old', TransitRouterRouteTableId: 'vtb-1' }],
  propagations: [
    { TransitRouterAttachmentId: 'tr-attach-old', TransitRouterRouteTableId: 'vtb-1' },
    { TransitRouterAttachmentId: 'tr-attach-old', TransitRouterRouteTableId: 'vtb-2' },
  ],
  routeEntries: [
    {
      TransitRouterRouteEntryId: 'rte-1',
      TransitRouterRouteTableId: 'vtb-2',
      TransitRouterRouteEntryDestinationCidrBlock: '10.9.0.0/16',
      TransitRouterRouteEntryName: 'to-branch',
      TransitRouterRouteEntryNextHopId: 'tr-attach-old',
    },
  ],
  vcoRouteEntries: [{ VpnConnectionId: 'vco-old', RouteDest: '10.9.0.0/16', NextHop: 'vco-old', Weight: 100 }],
  vpnConnections: [
    bound('old', { ...dueTags('tunnels-down'), owner: 'alice' }, { ...down, ...SINGLE }),
    free('other'),
    ...inUse(8),
  ],
});

/** A sweep with this policy deletes the orphan immediately. */
export const DOWN_POLICY = { rules: { 'tunnels-down': 3_600_000 }, detach: { force: true } } as const;

/** A store in memory. A real file would take time, and the fake clock does not move during a write. */
export function aMemoryStore() {
  const documents = new Map<string, StoreDocument>();
  const store: Store = {
    folder: 'memory',
    put: async (path, document) => {
      documents.set(path, JSON.parse(JSON.stringify(document)));
    },
    begin: () => ({
      write: () => undefined,
      drained: async () => undefined,
      close: async () => undefined,
      abandon: async () => undefined,
    }),
    get: async (path) => {
      const document = documents.get(path);
      return document === undefined ? { kind: 'absent' } : { kind: 'document', document };
    },
    list: async (path) => {
      const below = [...documents.keys()].filter((key) => key.startsWith(`${path}/`));
      return [...new Set(below.map((key) => key.slice(path.length + 1).split('/')[0] ?? ''))].sort();
    },
    isStopped: async () => false,
  };
  return { documents, store };
}

type Cloud = ReturnType<typeof startCloud>;

/** The point at which a test stops a restore, as if its process had been killed. */
export class Killed extends Error {}

/** The cloud for a restore, as an emulator in this process. */
export const restoreApiOn = (cloud: Cloud, watch: Parameters<Cloud['transport']>[0] = {}) => ({
  api: createRestoreApi({
    credentials: { accessKeyId: 'test', accessKeySecret: 'test' },
    endpoints: resolveEndpoints({}),
    policy: cloud.policy,
    clock: cloud.clock,
    random: () => 0.5,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: () => undefined, onRetry: () => undefined },
    transport: cloud.transport(watch),
  }),
});

/** A run of a restore on an emulated cloud. It works like the command, without a person. */
export async function restoreOn(
  cloud: Cloud,
  backup: Backup,
  options: { readonly keys?: PskKeys } & Parameters<Cloud['transport']>[0] = {},
): Promise<RestoreResult> {
  const { api } = restoreApiOn(cloud, options);
  const now = await lookAtEstate(api, backup);
  const { stops } = planRestore(backup, now, cloud.clock.now());
  if (stops.length > 0) {
    throw new Error(`stopped: ${stops.join('; ')}`);
  }
  const deps = { api, clock: cloud.clock, pollIntervalMs: 5_000, onStep: () => undefined };
  return await runRestore(backup, now, options.keys, deps);
}

/** Sweep, and answer the backup of `vco-old`. */
export async function sweepAway(cloud: Cloud): Promise<Backup> {
  const { documents, store } = aMemoryStore();
  const result = await cloud.run({ store });
  if (cloud.connection('vco-old') !== undefined) {
    throw new Error(`it is still there: ${JSON.stringify(result.outcomes)}`);
  }
  const [document] = [...documents].filter(([path]) => path.includes('/vco-old-')).map(([, one]) => one);
  if (document === undefined) {
    throw new Error('there is no backup of it');
  }
  const read = readBackup(document);
  if ('problem' in read) {
    throw new Error(read.problem);
  }
  return read.backup;
}

import { idLetters } from '../estate/complete-connection.ts';
import { completeEstate } from '../estate/complete-estate.ts';
import type { EstateRead } from '../estate/estate-schema.ts';
import type { Estate } from '../estate/estate-types.ts';
import { createRandom, type Random } from '../random.ts';
import {
  DAY_MS,
  type Draft,
  type DraftLink,
  KINDS,
  type KindConnection,
  type Site,
  USUAL_SHARES,
} from './connection-kinds.ts';

export type GenerateOptions = {
  seed: number;
  connections: number;
  regions: readonly string[];
  /** Default 1. */
  accounts?: number;
  /** How many of the accounts own connections, in equal shares. Default 1: the first account. */
  owners?: number;
  /** `usual`: only the kinds that most estates have. Default `every`: each kind once, then the usual kinds. */
  variety?: 'every' | 'usual';
  nowMs: number;
};

type Lists = Required<
  Pick<EstateRead, 'vpnConnections' | 'attachments' | 'associations' | 'propagations' | 'routeEntries'>
>;
type FullLists = { [K in keyof Lists]: NonNullable<Lists[K]> };

const accountIdOf = (at: number): string => String(1_000_000_000_000_001 + at);

/**
 * The same options give the same estate. With at least as many connections as there are kinds, it holds every state,
 * association, tunnel status and mark.
 */
export function generateEstate(options: GenerateOptions): Estate {
  const random = createRandom(options.seed);
  const accountIds = Array.from({ length: options.accounts ?? 1 }, (_, at) => accountIdOf(at));
  const first = options.regions.map((regionId) => siteIn(regionId, accountIds, random, options.nowMs));
  const others = accountIds.slice(1, options.owners ?? 1);
  const sites = [...first, ...others.flatMap((accountId) => first.map((site) => siteOf(accountId, site, random)))];
  const lists: FullLists = {
    vpnConnections: [],
    attachments: [],
    associations: [],
    propagations: [],
    routeEntries: [],
  };
  const names = options.variety === 'usual' ? [] : [...KINDS.keys()];
  for (let at = 0; at < options.connections; at++) {
    const site = sites[at % sites.length];
    const kind = KINDS.get(names[at] ?? pickUsual(random));
    if (site === undefined || kind === undefined) {
      continue;
    }
    place(lists, kind(site), { site, at, random });
  }
  return completeEstate({
    regions: options.regions.map((RegionId) => ({ RegionId })),
    accounts: accountIds.map((accountId) => account(accountId, accountIds, random)),
    customerGateways: sites.map(({ customerGatewayId: CustomerGatewayId, regionId, accountId }) => ({
      CustomerGatewayId,
      accountId,
      regionId,
      Name: `site-${regionId}`,
      IpAddress: '198.51.100.9',
      Asn: 65_010,
    })),
    transitRouters: first.flatMap((site) => site.transitRouters),
    ...lists,
  });
}

type PlacedSite = Site & {
  readonly accountId: string | undefined;
  readonly regionId: string;
  readonly transitRouters: NonNullable<EstateRead['transitRouters']>;
};

/** Each account has a transit router in each region. */
function siteIn(RegionId: string, accountIds: readonly string[], random: Random, nowMs: number): PlacedSite {
  const transitRouters = accountIds.map((accountId) => ({
    accountId,
    RegionId,
    TransitRouterId: `tr-${random.letters(21)}`,
    TransitRouterName: `tr-${RegionId}`,
  }));
  return {
    nowMs,
    random,
    accountId: accountIds[0],
    regionId: RegionId,
    transitRouters,
    transitRouterId: transitRouters[0]?.TransitRouterId ?? '',
    foreignTransitRouterId: transitRouters[1]?.TransitRouterId,
    customerGatewayId: `cgw-${random.letters(21)}`,
  };
}

/** The same region for another account, whose neighbour is the first account. */
function siteOf(accountId: string, site: PlacedSite, random: Random): PlacedSite {
  const own = site.transitRouters.find((router) => router.accountId === accountId);
  return {
    ...site,
    accountId,
    transitRouterId: own?.TransitRouterId ?? '',
    foreignTransitRouterId: site.transitRouterId,
    customerGatewayId: `cgw-${random.letters(21)}`,
  };
}

const account = (accountId: string, trusted: string[], random: Random) => ({
  accountId,
  keys: [
    {
      accessKeyId: `LTAIemulator${random.letters(12)}`,
      accessKeySecret: `canary-secret-${random.letters(30)}`,
      user: 'vco-sweeper',
    },
  ],
  roles: [{ name: 'vco-sweeper', trusted }],
});

function pickUsual(random: Random): string {
  let left = random.next();
  for (const [name, share] of USUAL_SHARES) {
    left -= share;
    if (left < 0) {
      return name;
    }
  }
  return 'live';
}

const TEAMS = ['network', 'retail', 'logistics', 'data'];
const ENVIRONMENTS = ['prod', 'staging', 'test'];

function place(
  lists: FullLists,
  draft: Draft,
  { site, at, random }: { site: PlacedSite; at: number; random: Random },
): void {
  const { links = [], attachmentPending, tags = {}, ...wire } = draft;
  const id = `vco-${random.letters(21)}`;
  const env = ENVIRONMENTS[random.below(ENVIRONMENTS.length)] ?? 'test';
  const owner = TEAMS[random.below(TEAMS.length)] ?? 'network';
  const connection: KindConnection = {
    VpnConnectionId: id,
    accountId: site.accountId,
    regionId: site.regionId,
    Name: `${owner}-${env}-${at + 1}`,
    CreateTime: site.nowMs - (2 + random.below(700)) * DAY_MS - random.below(DAY_MS),
    ...wire,
    tags: { env, owner, ...tags },
  };
  lists.vpnConnections.push(connection);
  const { TransitRouterId } = wire;
  if (TransitRouterId === undefined) {
    return;
  }
  const TransitRouterAttachmentId = `tr-attach-${random.letters(18)}`;
  lists.attachments.push({
    TransitRouterAttachmentId,
    VpnId: id,
    TransitRouterId,
    ...(attachmentPending && {
      Status: attachmentPending.to === 'gone' ? 'Detaching' : 'Attaching',
      pending: attachmentPending,
    }),
  });
  for (const link of links) {
    hang(lists, link, {
      TransitRouterAttachmentId,
      TransitRouterRouteTableId: `vtb-${idLetters(TransitRouterId)}`,
      at,
    });
  }
}

type Hook = {
  readonly TransitRouterAttachmentId: string;
  readonly TransitRouterRouteTableId: string;
  readonly at: number;
};

const ASSOCIATION_STATUS = { association: 'Active', associating: 'Associating', dissociating: 'Dissociating' } as const;

function hang(lists: FullLists, link: DraftLink, { at, ...ids }: Hook): void {
  if (link === 'propagation') {
    lists.propagations.push({ ...ids });
    return;
  }
  if (link !== 'static-route' && link !== 'learnt-route') {
    lists.associations.push({ ...ids, Status: ASSOCIATION_STATUS[link] });
    return;
  }
  const isStatic = link === 'static-route';
  lists.routeEntries.push({
    ...(isStatic && { TransitRouterRouteEntryId: `rte-${idLetters(ids.TransitRouterAttachmentId)}` }),
    TransitRouterRouteTableId: ids.TransitRouterRouteTableId,
    TransitRouterRouteEntryDestinationCidrBlock: `10.${Math.floor(at / 256) % 256}.${at % 256}.0/24`,
    TransitRouterRouteEntryNextHopId: ids.TransitRouterAttachmentId,
    TransitRouterRouteEntryType: isStatic ? 'Static' : 'Propagated',
  });
}

import type { EstateRead } from '../estate/estate-schema.ts';
import type { Random } from '../random.ts';

type Read<K extends keyof EstateRead> = NonNullable<EstateRead[K]> extends (infer Row)[] ? Row : never;
export type KindConnection = Read<'vpnConnections'>;

/** The place of a new connection, and the resources that it may use there. */
export type Site = {
  readonly nowMs: number;
  readonly random: Random;
  readonly transitRouterId: string;
  /** Another account's transit router in the region. Undefined when there is no second account. */
  readonly foreignTransitRouterId: string | undefined;
  readonly customerGatewayId: string;
};

/** The dependencies of a connection's attachment. */
export type DraftLink =
  | 'association'
  | 'associating'
  | 'dissociating'
  | 'propagation'
  | 'static-route'
  | 'learnt-route';

/** A connection without its id, and its links. */
export type Draft = Omit<KindConnection, 'VpnConnectionId'> & {
  readonly links?: readonly DraftLink[];
  /** The state of its attachment, unless it is simply attached. */
  readonly attachmentPending?: { to: 'attached' | 'gone'; polls: number | null; atMs: number | null };
};

export type ConnectionKind = (site: Site) => Draft;

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const UP = 'ipsec_sa_established';
const DOWN = 'ike_sa_not_established';

const iso = (ms: number): string => new Date(ms).toISOString();

const tunnels = ({ customerGatewayId: CustomerGatewayId }: Site, first: string, second: string) => ({
  TunnelOptions: [
    { CustomerGatewayId, Status: first },
    { CustomerGatewayId, Status: second },
  ],
});

const bound = (site: Site, links: readonly DraftLink[] = ['association', 'propagation']): Draft => ({
  TransitRouterId: site.transitRouterId,
  links,
  ...tunnels(site, UP, UP),
});

const orphan = (site: Site, tags: Record<string, string> = {}): Draft => ({ ...tunnels(site, DOWN, DOWN), tags });

const marked = (site: Site, sinceMs: number, seenMs: number): Draft =>
  orphan(site, {
    'vco-sweeper:orphan': `unassociated ${iso(site.nowMs - sinceMs)}`,
    'vco-sweeper:seen': iso(site.nowMs - seenMs),
  });

const changing =
  (State: string): ConnectionKind =>
  (site) => ({ ...bound(site), State });

const single = (site: Site, Status: string): Draft => ({ CustomerGatewayId: site.customerGatewayId, Status });

/**
 * Every kind of connection that a sweeper may meet. The most telling kinds come first, because a small estate has only
 * the first few.
 */
export const KINDS: ReadonlyMap<string, ConnectionKind> = new Map<string, ConnectionKind>([
  ['orphan', (site) => orphan(site)],
  ['live', (site) => bound(site)],
  ['vpn-gateway', (site) => ({ ...single(site, UP), VpnGatewayId: `vpn-${site.random.letters(21)}` })],
  [
    'legacy-vpn-gateway',
    (site) => ({ ...single(site, UP), VpnGatewayId: `vpn-${site.random.letters(21)}`, AttachType: null, State: null }),
  ],
  ['marked-ripe', (site) => marked(site, 5 * DAY_MS, HOUR_MS)],
  ['tunnels-down', (site) => ({ ...bound(site), Status: DOWN, ...tunnels(site, DOWN, DOWN) })],
  ['kept', (site) => orphan(site, { 'vco-sweeper:keep': 'true' })],
  ['unrouted', (site) => bound(site, [])],
  ['marked-fresh', (site) => marked(site, HOUR_MS, HOUR_MS)],
  ['young', (site) => ({ ...orphan(site), CreateTime: site.nowMs - HOUR_MS })],
  [
    'expired',
    (site) => ({ ...bound(site), tags: { 'vco-sweeper:expires': iso(site.nowMs - 2 * DAY_MS).slice(0, 10) } }),
  ],
  [
    'cross-account',
    (site) => ({ ...bound(site), TransitRouterId: site.foreignTransitRouterId ?? site.transitRouterId }),
  ],
  ['single-tunnel', (site) => single(site, DOWN)],
  [
    'single-tunnel-live',
    (site) => ({ ...single(site, UP), TransitRouterId: site.transitRouterId, links: ['association'] }),
  ],
  ['half-up', (site) => ({ ...bound(site), ...tunnels(site, DOWN, UP) })],
  ['marked-stale', (site) => marked(site, 20 * DAY_MS, 10 * DAY_MS)],
  [
    'marked-malformed',
    (site) => orphan(site, { 'vco-sweeper:orphan': 'unassociated yesterday', 'vco-sweeper:seen': 'soon' }),
  ],
  ['marked-future', (site) => marked(site, -DAY_MS, -DAY_MS)],
  [
    'half-done',
    (site) =>
      orphan(site, { 'vco-sweeper:detached': `${iso(site.nowMs - HOUR_MS)} tr-attach-${site.random.letters(18)}` }),
  ],
  ['financially-locked', (site) => ({ ...orphan(site), State: 'financialLocked' })],
  ['associated', (site) => bound(site, ['association'])],
  ['propagated', (site) => bound(site, ['propagation'])],
  ['static-route', (site) => bound(site, ['static-route'])],
  ['learnt-route', (site) => bound(site, ['learnt-route', 'propagation'])],
  ['associating', (site) => bound(site, ['associating'])],
  ['dissociating', (site) => bound(site, ['dissociating'])],
  ['updating', changing('updating')],
  ['upgrading', changing('upgrading')],
  [
    'attaching',
    (site) => ({
      ...bound(site, []),
      State: 'attaching',
      attachmentPending: { to: 'attached', polls: null, atMs: site.nowMs + 5 * 60_000 },
    }),
  ],
  [
    'detaching',
    (site) => ({
      ...bound(site, []),
      State: 'detaching',
      attachmentPending: { to: 'gone', polls: null, atMs: site.nowMs + 5 * 60_000 },
    }),
  ],
  [
    'provisioning',
    (site) => ({
      ...orphan(site),
      State: 'provisioning',
      CreateTime: site.nowMs,
      pending: { to: 'init', polls: null, atMs: site.nowMs + 5 * 60_000 },
    }),
  ],
  [
    'deleted',
    (site) => ({
      ...orphan(site),
      State: 'deleted',
      pending: { to: 'gone', polls: null, atMs: site.nowMs + 10 * 60_000 },
    }),
  ],
  [
    'ike-only',
    (site) => ({ ...bound(site), Status: 'ike_sa_established', ...tunnels(site, 'ike_sa_established', DOWN) }),
  ],
  [
    'no-ipsec',
    (site) => ({
      ...bound(site),
      Status: 'ipsec_sa_not_established',
      ...tunnels(site, 'ipsec_sa_not_established', 'ipsec_sa_not_established'),
    }),
  ],
  ['tunnel-changing', tunnelChanging],
  ['expires-later', (site) => orphan(site, { 'vco-sweeper:expires': iso(site.nowMs + 30 * DAY_MS).slice(0, 10) })],
  ['expires-malformed', (site) => ({ ...bound(site), tags: { 'vco-sweeper:expires': 'end of June' } })],
]);

function tunnelChanging({ customerGatewayId: CustomerGatewayId, transitRouterId }: Site): Draft {
  return {
    TransitRouterId: transitRouterId,
    links: ['association', 'propagation'],
    TunnelOptions: [
      { CustomerGatewayId, State: 'updating', Status: UP },
      { CustomerGatewayId, State: 'deleting', Status: DOWN },
    ],
  };
}

/** The kinds that fill an estate once it has every kind: mostly connections in use, and some unused. */
export const USUAL_SHARES: readonly (readonly [string, number])[] = [
  ['live', 0.45],
  ['orphan', 0.2],
  ['half-up', 0.1],
  ['tunnels-down', 0.07],
  ['unrouted', 0.05],
  ['vpn-gateway', 0.05],
  ['marked-ripe', 0.04],
  ['single-tunnel', 0.04],
];

import type { CloudApi, OrganizationApi } from '../../core/domain/cloud-api.ts';
import type { CreateAction } from '../../core/undo/create-api.ts';

export type Service = 'vpc' | 'cbn' | 'sts';

/** The action, if the dispatcher calls it as well. */
export type OrganizationService = 'resourcedirectory';

export type ActionFacts = {
  readonly service: Service | OrganizationService;
  /** The RAM action that a policy must allow. Null for the only action that needs no permission. */
  readonly ram: string | null;
  /** `write` changes the cloud and decides the pace. The method decides whether a request carries a client token. */
  readonly kind: 'read' | 'write';
  /** Published limit for 60 s, per main account and region. */
  readonly limitPerMinute: number;
  /** Published limit for any second, where the cloud publishes it. */
  readonly limitPerSecond?: number;
  /** The size of a reply, as a part of a page of 50 connections. Left out: a whole page. */
  readonly replySize?: number;
  /** The methods that call it. */
  readonly methods: readonly (keyof CloudApi | keyof OrganizationApi)[];
};

// CBN and STS publish no figure for most actions. 300 a minute is five a second.
const UNPUBLISHED = 300;

/** The size of a reply about one connection or its routes. A power of two, so that sums of it are exact. */
const ONE_CONNECTION = 1 / 32;

const vpc = (action: string, limitPerMinute: number, kind: ActionFacts['kind'], methods: (keyof CloudApi)[]) =>
  ({ service: 'vpc', ram: `vpc:${action}`, kind, limitPerMinute, methods }) satisfies ActionFacts;
// The RAM prefix of CBN actions is `cen:`, although product and host say `cbn`.
const cbn = (action: string, limitPerMinute: number, kind: ActionFacts['kind'], methods: (keyof CloudApi)[]) =>
  ({ service: 'cbn', ram: `cen:${action}`, kind, limitPerMinute, methods }) satisfies ActionFacts;
const sts = (ram: string | null, methods: (keyof CloudApi)[]) =>
  ({ service: 'sts', ram, kind: 'read', limitPerMinute: UNPUBLISHED, methods }) satisfies ActionFacts;

/**
 * Every action a run without a store can call. The rpc layer takes only names of these tables, so it can send nothing
 * else.
 *
 * Limits: quota pages of VPC and CBN. DeleteVpnAttachment and DeleteTransitRouterVpnAttachment go by analogy with their
 * siblings.
 */
export const ACTIONS = {
  GetCallerIdentity: sts(null, ['getAccountId']),
  AssumeRole: sts('sts:AssumeRole', ['assumeRole']),
  DescribeRegions: vpc('DescribeRegions', UNPUBLISHED, 'read', ['listRegions']),
  DescribeVpnConnections: vpc('DescribeVpnConnections', 600, 'read', ['listConnections']),
  // With `report.leftovers`, and for backups.
  DescribeCustomerGateways: vpc('DescribeCustomerGateways', 600, 'read', ['listCustomerGateways']),
  DescribeVpnConnection: {
    ...vpc('DescribeVpnConnection', 600, 'read', ['getConnection']),
    replySize: ONE_CONNECTION,
  },
  ListTagResources: vpc('ListTagResources', 300, 'read', ['listTags']),
  TagResources: vpc('TagResources', 300, 'write', ['setTags']),
  UnTagResources: vpc('UnTagResources', 300, 'write', ['removeTags']),
  DeleteVpnAttachment: vpc('DeleteVpnAttachment', 60, 'write', ['deleteConnection']),
  ListTransitRouters: cbn('ListTransitRouters', 500, 'read', ['listTransitRouters']),
  ListTransitRouterVpnAttachments: cbn('ListTransitRouterVpnAttachments', UNPUBLISHED, 'read', [
    'listAttachments',
    'getAttachment',
    'listRouting',
  ]),
  ListTransitRouterRouteTables: cbn('ListTransitRouterRouteTables', UNPUBLISHED, 'read', ['listRouting']),
  ListTransitRouterRouteTableAssociations: cbn('ListTransitRouterRouteTableAssociations', UNPUBLISHED, 'read', [
    'listRouting',
  ]),
  ListTransitRouterRouteTablePropagations: cbn('ListTransitRouterRouteTablePropagations', UNPUBLISHED, 'read', [
    'listRouting',
  ]),
  ListTransitRouterRouteEntries: cbn('ListTransitRouterRouteEntries', UNPUBLISHED, 'read', ['listRouting']),
  DeleteTransitRouterVpnAttachment: {
    ...cbn('DeleteTransitRouterVpnAttachment', 180, 'write', ['detach']),
    limitPerSecond: 3,
  },
} as const satisfies Record<string, ActionFacts>;

/** The further actions of a run with a store, for its backups. */
export const STORE_ACTIONS = {
  DescribeVcoRouteEntries: {
    ...vpc('DescribeVcoRouteEntries', 600, 'read', ['listConnectionRoutes']),
    replySize: ONE_CONNECTION,
  },
  DescribeCustomerGateways: ACTIONS.DescribeCustomerGateways,
} as const satisfies Record<string, ActionFacts>;

export type Action = keyof typeof ACTIONS | keyof typeof STORE_ACTIONS;

/** The actions that only a restore can call, when a person asks for it. */
export const RESTORE_ACTIONS = {
  CreateVpnAttachment: vpc('CreateVpnAttachment', 60, 'write', []),
  CreateVcoRouteEntry: vpc('CreateVcoRouteEntry', 60, 'write', []),
  CreateTransitRouterVpnAttachment: cbn('CreateTransitRouterVpnAttachment', 180, 'write', []),
  AssociateTransitRouterAttachmentWithRouteTable: cbn(
    'AssociateTransitRouterAttachmentWithRouteTable',
    UNPUBLISHED,
    'write',
    [],
  ),
  EnableTransitRouterRouteTablePropagation: cbn('EnableTransitRouterRouteTablePropagation', UNPUBLISHED, 'write', []),
  CreateTransitRouterRouteEntry: cbn('CreateTransitRouterRouteEntry', UNPUBLISHED, 'write', []),
} as const satisfies Record<CreateAction, ActionFacts>;

/** The actions that only the dispatcher can call. It finds out where to sweep, and sweeps nothing itself. */
export const ORGANIZATION_ACTIONS = {
  ListAccounts: {
    service: 'resourcedirectory',
    ram: 'resourcemanager:ListAccounts',
    kind: 'read',
    limitPerMinute: UNPUBLISHED,
    methods: ['listAccounts'],
  },
} as const satisfies Record<string, ActionFacts>;

export type OrganizationAction = keyof typeof ORGANIZATION_ACTIONS;
export type AnyAction = Action | CreateAction | OrganizationAction;

export const ACTION_FACTS: Readonly<Record<AnyAction, ActionFacts>> = {
  ...ACTIONS,
  ...STORE_ACTIONS,
  ...RESTORE_ACTIONS,
  ...ORGANIZATION_ACTIONS,
};

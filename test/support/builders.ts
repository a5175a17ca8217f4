import type { Attachment, Connection, Tunnel, TunnelStatus } from '../../lib/core/domain/estate.ts';
import type { Outcome } from '../../lib/core/domain/outcome.ts';
import type { Policy, PolicyOrigin } from '../../lib/core/domain/policy.ts';
import { createWitnesses } from '../../lib/core/judge/association.ts';
import { type JudgeInput, judge, type Verdict } from '../../lib/core/judge/judge.ts';
import { countsInShare, type Judged, type JudgedRegion } from '../../lib/core/plan/plan.ts';
import { byRule } from '../../lib/core/rules/all-rules.ts';
import type { Backup } from '../../lib/undo/backup-document.ts';

export const ACCOUNT = '1000000000000001';
export const REGION = 'cn-hangzhou';
export const NOW = Date.parse('2026-11-22T12:00:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const ago = (ms: number): string => new Date(NOW - ms).toISOString();

/** The defaults of the design, spelled out apart from the parser's, so that the defaults here and there hide no mistake of each other. */
const DEFAULTS: Policy = {
  mode: 'plan',
  regions: undefined,
  accounts: [],
  rules: { ...byRule(() => 'off'), unassociated: DAY },
  protect: { tags: [], names: [], resourceGroups: [], connections: [], youngerThanMs: DAY },
  limits: { perRun: 20, perDay: 'off', perRegionShare: 0.5, shareFloor: 3, window: 'always', freeze: [] },
  detach: { force: false, roles: [], holdMs: 0 },
  marks: { maxGapMs: 72 * HOUR },
  recheck: { maxAgeMs: 10_000 },
  wait: {
    pollIntervalMs: 5_000,
    detachTimeoutMs: 600_000,
    deleteTimeoutMs: 300_000,
    tagTimeoutMs: 30_000,
    consecutiveMisses: 2,
  },
  retry: { attempts: 6, minDelayMs: 1_000, maxDelayMs: 30_000 },
  pace: { share: 0.8, describePerMinute: 500, writePerMinute: 50, concurrency: 8 },
  report: { ownerTag: 'owner', url: undefined, missingMs: 26 * 3_600_000, leftovers: false, price: undefined },
  notify: { channels: [], required: false, noticeMs: 24 * 3_600_000 },
  store: undefined,
};

export const ORIGIN: PolicyOrigin = { source: 'policy.yaml', hash: '0123456789abcdef' };

type PolicyChange = {
  readonly [Key in keyof Policy]?: Policy[Key] extends object ? Partial<Policy[Key]> : Policy[Key];
};

export function aPolicy(change: PolicyChange = {}): Policy {
  const merged: Record<string, unknown> = { ...DEFAULTS };
  for (const [key, value] of Object.entries(change)) {
    const before = merged[key];
    const mergeable = typeof value === 'object' && !Array.isArray(value) && typeof before === 'object';
    merged[key] = mergeable ? { ...before, ...value } : value;
  }
  return merged as Policy;
}

/** An old, untagged connection that is bound to nothing. */
export const aConnection = (change: Partial<Connection> = {}): Connection => ({
  connectionId: 'vco-1',
  name: 'branch-1',
  createdAtMs: NOW - 100 * DAY,
  attachType: 'NO_ASSOCIATED',
  state: 'init',
  status: 'ike_sa_not_established',
  tunnels: [],
  transitRouterId: undefined,
  cenId: undefined,
  vpnGatewayId: undefined,
  crossAccount: false,
  resourceGroupId: 'rg-1',
  tags: new Map(),
  ...change,
});

/** The outcome of a due orphan in a plan. */
export const anOutcome = (change: Partial<Outcome> = {}): Outcome => ({
  connectionId: 'vco-1',
  accountId: ACCOUNT,
  regionId: REGION,
  name: null,
  owner: null,
  createdAt: null,
  outcome: 'planned',
  rule: 'unassociated',
  since: null,
  dueAt: null,
  heldUntil: null,
  attachedTo: null,
  backup: null,
  reason: 'unassociated: its grace has run out. A sweep would delete it now',
  evidence: [],
  code: null,
  requestId: null,
  ...change,
});

/** A connection that the transit router `tr-1` holds by `tr-attach-1`. */
export const aBoundConnection = (change: Partial<Connection> = {}): Connection =>
  aConnection({ attachType: 'CEN', state: 'attached', transitRouterId: 'tr-1', cenId: 'cen-1', ...change });

export const anAttachment = (change: Partial<Attachment> = {}): Attachment => ({
  attachmentId: 'tr-attach-1',
  connectionId: 'vco-1',
  transitRouterId: 'tr-1',
  status: 'Attached',
  connectionOwnerId: ACCOUNT,
  ...change,
});

export const twoTunnels = (first: TunnelStatus, second: TunnelStatus): readonly Tunnel[] => [
  { tunnelId: 'tun-1', status: first, state: 'active' },
  { tunnelId: 'tun-2', status: second, state: 'active' },
];

export const tagged = (tags: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(tags));

/** Witnesses of a region with the transit router `tr-1`, which holds only these. */
export const witnesses = (attachments: readonly Attachment[] = [], unreadOwners: readonly string[] = []) =>
  createWitnesses(new Map([['tr-1', attachments]]), unreadOwners);

const someFacts = (change: Partial<JudgeInput> = {}): JudgeInput => {
  const connection = change.connection ?? aConnection();
  const bound = connection.attachType === 'CEN';
  return {
    connection,
    accountId: ACCOUNT,
    witnesses: witnesses(bound ? [anAttachment({ connectionId: connection.connectionId })] : []),
    routing: 'unread',
    nowMs: NOW,
    ...change,
  };
};

export const judgeOne = (
  connection: Connection,
  policy: Policy = aPolicy(),
  change: Partial<JudgeInput> = {},
): Verdict => judge(someFacts({ connection, ...change }), policy);

/** A region with all its connections, as a survey would hand it on if it settled no connection. */
export const aRegion = (judged: readonly Judged[], regionId = REGION): JudgedRegion => ({
  accountId: ACCOUNT,
  regionId,
  ours: judged.filter(({ verdict }) => countsInShare(verdict)).length,
  judged,
});

/** The backup of a connection that was bound. It has no route and no tag. */
export const aBackup = (change: Partial<Backup> = {}): Backup => ({
  format: 'vco-sweeper/backup@1',
  takenAt: '2026-11-20T12:00:00.000Z',
  runId: 'run',
  accountId: ACCOUNT,
  regionId: REGION,
  connection: { VpnConnectionId: 'vco-1' },
  attachment: { TransitRouterAttachmentId: 'tr-attach-1', TransitRouterId: 'tr-1' },
  association: null,
  propagations: [],
  staticRoutes: [],
  vcoRoutes: [],
  customerGateways: [],
  tags: [],
  verdict: { rule: null, since: null, evidence: [] },
  ...change,
});

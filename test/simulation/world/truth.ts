import type { ConnectionRecord, Estate } from '../../../lib/emulator/estate/estate-types.ts';
import { FOREIGN, type PolicyDocument, REGIONS } from '../stories/scenario.ts';

/**
 * The truth about a connection, read from the emulated cloud's own state and judged by a second, simpler reading of the
 * rules. It shares no code with the sweeper, so that a mistake there does not hide here.
 */

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const durations = new Map<unknown, number>();

export function toMs(text: unknown): number {
  const known = durations.get(text);
  if (known !== undefined) {
    return known;
  }
  const [, count, unit] = /^(\d+)([smhd])$/.exec(String(text)) ?? [];
  const durationMs = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  durations.set(text, durationMs);
  return durationMs;
}

/** The regions that a run is about, unless its event names fewer. */
export const regionsOf = (policy: PolicyDocument, home: string): readonly string[] =>
  policy.regions === 'all' ? REGIONS : ((policy.regions as readonly string[] | undefined) ?? [home]);

type Section = Readonly<Record<string, unknown>>;
export const section = (policy: PolicyDocument, name: string): Section => (policy[name] ?? {}) as Section;

export const RULES = ['unassociated', 'tunnels-down', 'unrouted', 'expired'] as const;
export type RuleName = (typeof RULES)[number];

/** The grace in milliseconds, or undefined when the rule is off. */
export function graceMs(policy: PolicyDocument, rule: RuleName): number | undefined {
  const text = section(policy, 'rules')[rule] ?? (rule === 'unassociated' ? '24h' : 'off');
  return text === 'off' ? undefined : toMs(text);
}

export const holdersOf = (estate: Estate, id: string) => estate.attachments.filter(({ VpnId }) => VpnId === id);

export function isOurs(row: ConnectionRecord): boolean {
  return row.AttachType !== 'VPNGW' && row.AttachType !== null && row.AttachType !== undefined;
}

export function isBound(row: ConnectionRecord, estate: Estate): boolean {
  return row.AttachType === 'CEN' || holdersOf(estate, row.VpnConnectionId).length > 0;
}

/** Whether nothing holds it and nothing is under way. */
export function isFree(row: ConnectionRecord, estate: Estate): boolean {
  const settled = row.State === 'init' || row.State === 'financialLocked';
  return row.AttachType === 'NO_ASSOCIATED' && settled && holdersOf(estate, row.VpnConnectionId).length === 0;
}

export function isSettledBound(row: ConnectionRecord, estate: Estate): boolean {
  if (row.AttachType !== 'CEN' || (row.State !== 'attached' && row.State !== 'financialLocked')) {
    return false;
  }
  const holders = holdersOf(estate, row.VpnConnectionId);
  return holders.length === 1 && holders[0]?.Status === 'Attached';
}

const DOWN = ['ike_sa_not_established', 'ike_sa_established', 'ipsec_sa_not_established'];

function allTunnelsDown(row: ConnectionRecord): boolean {
  const own = row.Status ?? '';
  const tunnels = (row.TunnelOptions ?? []).map(({ Status }) => Status ?? '');
  if (own === 'ipsec_sa_established') {
    return false;
  }
  return tunnels.length > 0 ? tunnels.every((status) => DOWN.includes(status)) : DOWN.includes(own);
}

export function dependenciesOf(row: ConnectionRecord, estate: Estate): number {
  const [holder] = holdersOf(estate, row.VpnConnectionId);
  const id = holder?.TransitRouterAttachmentId;
  return (
    estate.associations.filter(({ TransitRouterAttachmentId }) => TransitRouterAttachmentId === id).length +
    estate.propagations.filter(({ TransitRouterAttachmentId }) => TransitRouterAttachmentId === id).length +
    estate.routeEntries.filter(({ TransitRouterRouteEntryNextHopId }) => TransitRouterRouteEntryNextHopId === id).length
  );
}

/** An expiry at or before the creation means "not set" in many programs. */
function expired(row: ConnectionRecord, nowMs: number): boolean {
  const text = row.tags['vco-sweeper:expires'] ?? '';
  const endMs = expiryMs(text);
  return endMs > row.CreateTime && endMs <= nowMs;
}

const UNITS_DAY = 86_400_000;

function expiryMs(text: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    return Date.parse(text) + UNITS_DAY;
  }
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
}
/** Whether a rule holds in truth, whatever the policy says of it. */
function holds(rule: RuleName, row: ConnectionRecord, estate: Estate, nowMs: number): boolean {
  switch (rule) {
    case 'unassociated':
      return isFree(row, estate);
    case 'tunnels-down':
      return isSettledBound(row, estate) && allTunnelsDown(row);
    case 'unrouted':
      return isSettledBound(row, estate) && dependenciesOf(row, estate) === 0;
    case 'expired':
      return (isFree(row, estate) || isSettledBound(row, estate)) && expired(row, nowMs);
  }
}

export const heldRules = (
  row: ConnectionRecord,
  estate: Estate,
  policy: PolicyDocument,
  nowMs: number,
): readonly RuleName[] =>
  isCrossDoubt(row, estate, policy)
    ? []
    : RULES.filter((rule) => graceMs(policy, rule) !== undefined && holds(rule, row, estate, nowMs));

/**
 * Whether an unbound connection may be another account's. A detach note settles it if its attachment is gone from the
 * transit routers, which only a role of their owner can see.
 */
export function isCrossDoubt(row: ConnectionRecord, estate: Estate, policy: PolicyDocument): boolean {
  if (row.AttachType !== 'NO_ASSOCIATED' || row.CrossAccountAuthorized !== true) {
    return false;
  }
  const [, attachmentId] = /^\S+ (tr-attach-\S+)$/.exec(row.tags['vco-sweeper:detached'] ?? '') ?? [];
  const isHeld = estate.attachments.some((one) => one.TransitRouterAttachmentId === attachmentId);
  const roles = section(policy, 'detach').roles as readonly string[] | undefined;
  return attachmentId === undefined || isHeld || !roles?.length;
}

/** Rules that the cloud's state contradicts beyond doubt. A rule that cannot be decided is not among them. */
export function contradicted(
  row: ConnectionRecord,
  estate: Estate,
  policy: PolicyDocument,
  nowMs: number,
): readonly RuleName[] {
  if (!isOurs(row) || row.pending !== undefined || row.State === 'financialLocked' || mayBeNamed(row, policy)) {
    return [];
  }
  if (isSettledBound(row, estate)) {
    return isReadable(row, estate, policy) ? contradictedBound(row, estate, nowMs) : [];
  }
  if (!isFree(row, estate) || isCrossDoubt(row, estate, policy) || 'vco-sweeper:detached' in row.tags) {
    return [];
  }
  return RULES.filter((rule) => rule !== 'unassociated' && !holds(rule, row, estate, nowMs));
}

const contradictedBound = (row: ConnectionRecord, estate: Estate, nowMs: number): readonly RuleName[] =>
  RULES.filter((rule) => (rule === 'tunnels-down' ? isUp(row) : !holds(rule, row, estate, nowMs)));

const isUp = ({ Status, TunnelOptions = [] }: ConnectionRecord): boolean =>
  [Status, ...TunnelOptions.map((tunnel) => tunnel.Status)].includes('ipsec_sa_established');

/** Whether a rule that is on can neither be confirmed nor be contradicted, because a tunnel has an unknown status. */
export const isUndecided = (rule: RuleName, row: ConnectionRecord, policy: PolicyDocument): boolean =>
  rule === 'tunnels-down' && graceMs(policy, rule) !== undefined && !isUp(row) && !allTunnelsDown(row);

/** Only a role of the other account can judge a connection that another account's transit router holds. */
function isReadable(row: ConnectionRecord, estate: Estate, policy: PolicyDocument): boolean {
  const roles = section(policy, 'detach').roles as readonly string[] | undefined;
  return (
    Boolean(roles?.length) || holdersOf(estate, row.VpnConnectionId).every(({ accountId }) => accountId !== FOREIGN)
  );
}

export function isProtected(row: ConnectionRecord, policy: PolicyDocument, nowMs: number): boolean {
  const protect = section(policy, 'protect');
  const list = (name: string) => (protect[name] ?? []) as readonly string[];
  if (Object.entries(row.tags).some(([key, value]) => isKept(key, value, nowMs))) {
    return true;
  }
  if (list('names').some((glob) => glob === 'prod*' && (row.Name ?? '').startsWith('prod'))) {
    return true;
  }
  if (list('connections').includes(row.VpnConnectionId)) {
    return true;
  }
  if (list('resourceGroups').includes(row.ResourceGroupId ?? '')) {
    return true;
  }
  const tagged = (entry: string) => {
    const [key = '', value] = entry.split('=');
    return key in row.tags && (value === undefined || row.tags[key] === value);
  };
  if (list('tags').some(tagged)) {
    return true;
  }
  return nowMs - row.CreateTime < toMs(protect.youngerThan ?? '24h');
}

/** Whether a person reads the key as the right key, and its date is not over. */
function isKept(key: string, value: string, nowMs: number): boolean {
  if (key.normalize('NFKC').replaceAll(/\s/g, '').toLowerCase() !== 'vco-sweeper:keep' || /^false$/i.test(value)) {
    return false;
  }
  const [, date = ''] = /^until (\d{4}-\d\d-\d\d)$/.exec(value) ?? [];
  return date === '' || new Date(nowMs).toISOString().slice(0, 10) <= date;
}

/** Hours ahead of UTC in November. */
const AHEAD_HOURS: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Shanghai': 8, 'Europe/Berlin': 1 };
const WEEK = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

type Hours = { readonly days?: readonly string[]; readonly from: string; readonly to: string; readonly zone?: string };

/** Whether nothing new may be detached or deleted, because the window is closed or a freeze is on. */
export function isClosed(policy: PolicyDocument, nowMs: number): boolean {
  const { window = 'always', freeze = [] } = section(policy, 'limits') as {
    window?: 'always' | Hours;
    freeze?: readonly { from: string; to: string }[];
  };
  const zone = window === 'always' ? 'UTC' : (window.zone ?? 'UTC');
  const local = new Date(nowMs + (AHEAD_HOURS[zone] ?? Number.NaN) * 3_600_000);
  const date = local.toISOString().slice(0, 10);
  if (freeze.some(({ from, to }) => from <= date && date <= to)) {
    return true;
  }
  if (window === 'always') {
    return false;
  }
  const time = local.toISOString().slice(11, 16);
  const isDay = (index: number) => window.days?.includes(WEEK[(index + 7) % 7] ?? '') ?? true;
  const today = local.getUTCDay();
  const overMidnight = window.to <= window.from;
  const isEvening = isDay(today) && time >= window.from && (overMidnight || time < window.to);
  const isMorning = overMidnight && isDay(today - 1) && time < window.to;
  return !isEvening && !isMorning;
}

/** The cloud may leave out an empty name, and then nobody can tell whether the name is protected. */
export const mayBeNamed = (row: ConnectionRecord, policy: PolicyDocument): boolean =>
  !row.Name && ((section(policy, 'protect').names ?? []) as readonly string[]).length > 0;

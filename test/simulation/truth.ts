import type { Connection, Estate } from '../../lib/emulator/index.ts';
import { type PolicyDocument, REGIONS } from './scenario.ts';

/**
 * What is really so, read from the emulated cloud's own state and judged by a second, simpler reading of the rules.
 * It shares no code with the sweeper: a mistake there must not hide here.
 */

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const durations = new Map<unknown, number>();

export function toMs(text: unknown): number {
  const known = durations.get(text);
  if (known !== undefined) return known;
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

/** Milliseconds; undefined when the rule is off. */
export function graceMs(policy: PolicyDocument, rule: RuleName): number | undefined {
  const text = section(policy, 'rules')[rule] ?? (rule === 'unassociated' ? '24h' : 'off');
  return text === 'off' ? undefined : toMs(text);
}

export const holdersOf = (estate: Estate, id: string) => estate.attachments.filter(({ VpnId }) => VpnId === id);

export function isOurs(row: Connection): boolean {
  return row.AttachType !== 'VPNGW' && row.AttachType !== null && row.AttachType !== undefined;
}

export function isBound(row: Connection, estate: Estate): boolean {
  return row.AttachType === 'CEN' || holdersOf(estate, row.VpnConnectionId).length > 0;
}

/** Free and settled: nothing holds it, and nothing is under way. */
export function isFree(row: Connection, estate: Estate): boolean {
  const settled = row.State === 'init' || row.State === 'financialLocked';
  return row.AttachType === 'NO_ASSOCIATED' && settled && holdersOf(estate, row.VpnConnectionId).length === 0;
}

export function isSettledBound(row: Connection, estate: Estate): boolean {
  const holders = holdersOf(estate, row.VpnConnectionId);
  const settled = row.State === 'attached' || row.State === 'financialLocked';
  return row.AttachType === 'CEN' && settled && holders.length === 1 && holders[0]?.Status === 'Attached';
}

const DOWN = ['ike_sa_not_established', 'ike_sa_established', 'ipsec_sa_not_established'];

function allTunnelsDown(row: Connection): boolean {
  const own = row.Status ?? '';
  const tunnels = (row.TunnelOptions ?? []).map(({ Status }) => Status ?? '');
  if (own === 'ipsec_sa_established') return false;
  return tunnels.length > 0 ? tunnels.every((status) => DOWN.includes(status)) : DOWN.includes(own);
}

export function dependenciesOf(row: Connection, estate: Estate): number {
  const [holder] = holdersOf(estate, row.VpnConnectionId);
  const id = holder?.TransitRouterAttachmentId;
  return (
    estate.associations.filter(({ TransitRouterAttachmentId }) => TransitRouterAttachmentId === id).length +
    estate.propagations.filter(({ TransitRouterAttachmentId }) => TransitRouterAttachmentId === id).length +
    estate.routeEntries.filter(({ TransitRouterRouteEntryNextHopId }) => TransitRouterRouteEntryNextHopId === id).length
  );
}

function expired(row: Connection, nowMs: number): boolean {
  const text = row.tags['vco-sweeper:expires'] ?? '';
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(text) + UNITS_DAY <= nowMs;
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) && Date.parse(text) <= nowMs;
}
const UNITS_DAY = 86_400_000;

/** Whether a rule holds in truth, whatever the policy says of it. */
export function holds(rule: RuleName, row: Connection, estate: Estate, nowMs: number): boolean {
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
  row: Connection,
  estate: Estate,
  policy: PolicyDocument,
  nowMs: number,
): readonly RuleName[] =>
  RULES.filter((rule) => graceMs(policy, rule) !== undefined && holds(rule, row, estate, nowMs));

export function isProtected(row: Connection, policy: PolicyDocument, nowMs: number): boolean {
  const protect = section(policy, 'protect');
  const list = (name: string) => (protect[name] ?? []) as readonly string[];
  const keep = row.tags['vco-sweeper:keep'];
  if (keep !== undefined && keep.toLowerCase() !== 'false') return true;
  if (list('names').some((glob) => glob === 'prod*' && (row.Name ?? '').startsWith('prod'))) return true;
  if (list('connections').includes(row.VpnConnectionId)) return true;
  if (list('resourceGroups').includes(row.ResourceGroupId ?? '')) return true;
  const tagged = (entry: string) => {
    const [key = '', value] = entry.split('=');
    return key in row.tags && (value === undefined || row.tags[key] === value);
  };
  if (list('tags').some(tagged)) return true;
  return nowMs - row.CreateTime < toMs(protect.youngerThan ?? '24h');
}

/** Without a name the cloud may leave the field out, and then nobody can tell whether it is a protected one. */
export const mayBeNamed = (row: Connection, policy: PolicyDocument): boolean =>
  !row.Name && ((section(policy, 'protect').names ?? []) as readonly string[]).length > 0;

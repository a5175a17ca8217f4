import type { Outcome, OutcomeKind, RegionResult, RunResult } from '../../lib/core/domain/outcome.ts';
import { countOutcomes } from '../../lib/core/domain/outcome.ts';
import { RULE_NAMES } from '../../lib/core/rules/all-rules.ts';
import { type DigestInput, digestRuns } from '../../lib/report/digest/digest-runs.ts';
import type { ReportDigest } from '../../lib/report/digest/report-digest.ts';
import { anOutcome, DAY, HOUR, NOW, ORIGIN } from './builders.ts';

const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'ap-southeast-1', 'eu-central-1'];
const ACCOUNTS = ['1000000000000001', '1000000000000002', '1000000000000003'];
const OWNERS = ['network', 'logistics', 'store-systems', '华东运维', null];
const SITES = ['branch', 'warehouse', 'plant', 'office', 'lab', 'depot'];

/** The cloud of a large estate, roughly as its outcomes are spread. */
const KINDS: readonly OutcomeKind[] = [
  ...['waiting', 'waiting', 'waiting', 'waiting', 'planned', 'deleted', 'marked', 'protected', 'unknown', 'cleared'],
  ...['waiting', 'waiting', 'deleted', 'deferred', 'waiting', 'protected', 'blocked', 'waiting', 'unknown', 'failed'],
] as OutcomeKind[];

const REASONS: Readonly<Partial<Record<OutcomeKind, string>>> = {
  waiting: 'its grace has not run out',
  planned: 'its grace has run out. A sweep would delete it now',
  deleted: 'deleted, and a read says that it does not exist',
  marked: 'marked by this run',
  protected: 'tag vco-sweeper:keep',
  unknown: 'the connection says it is bound to tr-1, and no transit router lists it',
  cleared: 'in use again: its mark was removed',
  deferred: 'over limits.perRun (20)',
  blocked: 'its route table rtb-1 still associates it: remove the association, or set detach.force',
  failed: 'the role may not delete it: grant vpc:DeleteVpnAttachment',
};

const CODES: Readonly<Partial<Record<OutcomeKind, string>>> = {
  blocked: 'InstanceExist.RouteTableAssociation',
  failed: 'Forbidden.RAM',
};

const EVIDENCE = ['AttachType NO_ASSOCIATED, State init', 'no attachment of tr-bp1x4k9 or tr-bp1m2c7 holds it'];

const ORPHANS: ReadonlySet<OutcomeKind> = new Set([
  ...(['waiting', 'planned', 'deleted', 'marked', 'deferred', 'blocked', 'failed'] as const),
]);

const pick = <T>(items: readonly T[], index: number): T => {
  const item = items[index % items.length];
  if (item === undefined) {
    throw new RangeError('nothing to pick from');
  }
  return item;
};

/** A number that looks random. Numbers of two salts are independent. */
function lot(index: number, salt: number): number {
  const mixed = Math.imul(index ^ Math.imul(salt, 0x85ebca6b), 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 12;
}

const MINUTE = HOUR / 60;

const iso = (ms: number): string => new Date(ms).toISOString();

/** An outcome that looks like the outcomes of a real estate. The same number gives the same outcome. */
export function aReportedOutcome(index: number): Outcome {
  const outcome = pick(KINDS, lot(index, 1));
  const isOrphan = ORPHANS.has(outcome);
  const rule = isOrphan ? pick(RULE_NAMES, lot(index, 2)) : null;
  const sinceMs = NOW - (1 + (lot(index, 3) % 12)) * DAY - (lot(index, 14) % 1_440) * MINUTE;
  const waits = outcome === 'waiting' || outcome === 'marked';
  const name = `${pick(SITES, lot(index, 4))}-${String(index).padStart(4, '0')}`;
  return anOutcome({
    connectionId: `vco-bp1${lot(index, 10).toString(36)}${(index + 36 ** 4).toString(36)}${lot(index, 11).toString(36)}`,
    name: index % 17 === 3 ? '' : name,
    owner: pick(OWNERS, lot(index, 5)),
    accountId: pick(ACCOUNTS, lot(index, 6)),
    regionId: pick(REGIONS, lot(index, 7)),
    createdAt: iso(NOW - (30 + (lot(index, 8) % 400)) * DAY),
    outcome,
    rule,
    since: isOrphan ? iso(sinceMs) : null,
    dueAt: waits ? iso(NOW + (lot(index, 9) % 13) * DAY + HOUR + (index % 24) * HOUR) : null,
    attachedTo: index % 3 === 0 ? { transitRouterId: `tr-bp1${index % 9}`, cenId: `cen-${index % 4}` } : null,
    reason: `${rule === null ? '' : `${rule}: `}${REASONS[outcome] ?? ''}`,
    evidence: isOrphan ? [...EVIDENCE, `orphan since ${iso(sinceMs)}, last seen as an orphan ${iso(NOW - HOUR)}`] : [],
    code: CODES[outcome] ?? null,
    requestId: CODES[outcome] === undefined ? null : `C0FFEE00-${lot(index, 12)}-4A6B-9C3D-${lot(index, 13)}`,
  });
}

/** The result of a run over several places that lists these outcomes, and keeps as many connections again. */
export function aResult(outcomes: readonly Outcome[], change: Partial<RunResult> = {}): RunResult {
  const places = new Map<string, RegionResult>();
  for (const { accountId, regionId } of outcomes) {
    const key = `${accountId} ${regionId}`;
    const connections = (places.get(key)?.connections ?? 0) + 2;
    places.set(key, { accountId, regionId, listing: 'complete', connections, halted: false });
  }
  return {
    runId: 'run-1',
    mode: 'sweep',
    status: outcomes.some(({ outcome }) => outcome === 'failed') ? 'incomplete' : 'complete',
    startedAt: iso(NOW - 60_000),
    durationMs: 42_000,
    regions: [...places.values()],
    counts: { ...countOutcomes(outcomes), kept: outcomes.length },
    outcomes,
    calls: { DescribeVpnConnections: 3 },
    policy: ORIGIN,
    notFound: [],
    ...change,
  };
}

/** The report of a run. */
export const aDigest = (outcomes: readonly Outcome[], change: Partial<DigestInput> = {}): ReportDigest =>
  digestRuns({ reportId: 'report-1', madeAt: iso(NOW), runs: [{ result: aResult(outcomes) }], ...change });

/** This many outcomes of a large estate. */
export const manyOutcomes = (length: number): readonly Outcome[] =>
  Array.from({ length }, (_, index) => aReportedOutcome(index));

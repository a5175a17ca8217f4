import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../lib/core/domain/outcome.ts';
import { ACCOUNT, ago, DAY, HOUR, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

type Cloud = ReturnType<typeof startCloud>;
type Rows = readonly ReturnType<typeof free>[];
const iso = (ms: number): string => new Date(ms).toISOString();
const toldOf = ({ lines }: Cloud, connectionId: string) =>
  lines.find((line) => line.connectionId === connectionId && line.outcome !== undefined);
const FACTS = ['name', 'owner', 'createdAt', 'since', 'dueAt', 'heldUntil', 'attachedTo', 'rule', 'outcome'] as const;

/** Runs once over these rows. Returns the outcome of `vco-it`, which the log must repeat. */
async function outcomeOf(rows: Rows, policy: Parameters<typeof startCloud>[0]['policy'] = {}) {
  const cloud = startCloud({ estate: estate(...inUse(4), ...rows), policy });
  const result = await cloud.run();
  const outcome = result.outcomes.find(({ connectionId }) => connectionId === 'vco-it');
  const told = toldOf(cloud, 'vco-it');
  expect(FACTS.map((name) => told?.[name])).toEqual(FACTS.map((name) => outcome?.[name]));
  return { outcome, told, result };
}

const fresh = { 'vco-sweeper:orphan': `unassociated ${ago(HOUR)}`, 'vco-sweeper:seen': ago(HOUR) };
const BORN = '2026-01-02T03:04:05Z';

test('an outcome and its log line say name, owner, birth, binding and clock of the connection', async () => {
  const tags = { 'vco-sweeper:orphan': `tunnels-down ${ago(HOUR)}`, 'vco-sweeper:seen': ago(HOUR), owner: 'team-a' };
  const row = bound('it', tags, { ...down, CreateTime: Date.parse(BORN) });
  const { outcome } = await outcomeOf([row], { mode: 'plan', rules: { 'tunnels-down': DAY } });
  expect(outcome).toEqual<Outcome>({
    connectionId: 'vco-it',
    accountId: ACCOUNT,
    regionId: 'cn-hangzhou',
    name: 'it',
    owner: 'team-a',
    createdAt: iso(Date.parse(BORN)),
    outcome: 'waiting',
    rule: 'tunnels-down',
    since: ago(HOUR),
    dueAt: iso(NOW + 23 * HOUR),
    heldUntil: null,
    attachedTo: { transitRouterId: 'tr-1', cenId: `cen-${ACCOUNT}` },
    backup: null,
    reason: expect.any(String),
    evidence: expect.any(Array),
    code: null,
    requestId: null,
  });
});

test('the policy says which tag names the owner', async () => {
  const tags = { owner: 'team-a', team: '\u202eteam-b\u001b[2J' };
  const { outcome } = await outcomeOf([free('it', tags)], { mode: 'plan', report: { ownerTag: 'team' } });
  expect(outcome?.owner).toBe('\u202eteam-b\u001b[2J');
});

test('without this tag the owner is unknown, and an unbound connection is attached to nothing', async () => {
  const { outcome } = await outcomeOf([free('it')], { mode: 'plan' });
  expect(outcome).toMatchObject({ owner: null, attachedTo: null });
});

test.each<[Outcome['outcome'], Record<string, string>, Parameters<typeof startCloud>[0]['policy'], number]>([
  ['waiting', fresh, {}, NOW + 23 * HOUR],
  ['planned', dueTags(), { mode: 'plan' }, NOW - DAY],
  ['deferred', dueTags(), { limits: { perRun: 0 } }, NOW - DAY],
  ['blocked', dueTags(), { limits: { perRegionShare: 0 } }, NOW - DAY],
])('a connection that ends %s is due when its grace is over', async (kind, tags, policy, dueMs) => {
  const { outcome } = await outcomeOf([free('it', tags)], policy);
  expect(outcome).toMatchObject({ outcome: kind, dueAt: iso(dueMs) });
});

test('the clock of a newly marked connection begins with its mark', async () => {
  const cloud = startCloud({ estate: estate(...inUse(4), free('it')), latencyMs: 40 });
  const { outcomes } = await cloud.run();
  const since = cloud.lines.find(({ event }) => event === 'mark.set')?.since;
  expect(outcomes).toMatchObject([{ outcome: 'marked', since, dueAt: iso(Date.parse(String(since)) + DAY) }]);
  expect(Date.parse(String(since))).toBeGreaterThan(NOW);
});

describe('no clock runs', () => {
  test.each<[string, Outcome['outcome'], Rows, Parameters<typeof startCloud>[0]['policy']]>([
    ['for a connection without a mark', 'waiting', [free('it')], { mode: 'plan' }],
    ['by a rule without grace', 'planned', [free('it')], { mode: 'plan', rules: { unassociated: 0 } }],
    ['for a deleted connection', 'deleted', [free('it', dueTags())], {}],
    ['for a protected connection', 'protected', [free('it', { ...dueTags(), 'vco-sweeper:keep': '' })], {}],
    ['for a connection in use', 'cleared', [bound('it', dueTags())], {}],
  ])('%s', async (_which, kind, rows, policy) => {
    const { outcome } = await outcomeOf(rows, policy);
    expect(outcome).toMatchObject({ outcome: kind, dueAt: null, heldUntil: null });
  });
});

test('the outcomes of a region that was not read completely still have the facts that were seen', async () => {
  const faults = [
    { action: 'ListTransitRouters', times: 'always', fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' } },
  ] as const;
  const cloud = startCloud({ estate: estate(free('it', { owner: 'team-a' })), faults: [...faults] });
  const [outcome] = (await cloud.run()).outcomes;
  expect(outcome).toMatchObject({ outcome: 'unknown', name: 'it', owner: 'team-a', since: null, dueAt: null });
  expect(toldOf(cloud, 'vco-it')).toMatchObject({ name: 'it', owner: 'team-a', dueAt: null });
});

test('the last log line lists the ids that were not found', async () => {
  const cloud = startCloud({ estate: estate(...inUse(2)), policy: { mode: 'plan' } });
  const parts = [{ mode: 'plan', regions: undefined, connections: ['vco-nobody'] }] as const;
  expect(await cloud.run({ parts })).toMatchObject({ notFound: ['vco-nobody'] });
  expect(cloud.lines.at(-1)).toMatchObject({ event: 'run.finished', notFound: ['vco-nobody'] });
});

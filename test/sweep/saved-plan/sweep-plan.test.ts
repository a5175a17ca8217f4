import { describe, expect, test } from 'vitest';
import type { PlanEntry } from '../../../lib/core/saved-plan/saved-plan.ts';
import { ago, DAY, HOUR, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { planOf, sweepPlan } from '../../support/saved-plans.ts';

const rules = { unassociated: DAY, 'tunnels-down': DAY };
const rows = () => [free('old', dueTags()), bound('down', dueTags('tunnels-down'), down)];
const someCloud = (more: readonly Record<string, unknown>[] = [], policy = {}) =>
  startCloud({ estate: estate(...rows(), ...more, ...inUse(9)), policy: { rules, ...policy } });
const deletions = (calls: readonly string[]) => calls.filter((call) => call.startsWith('Delete'));

describe('a sweep of a saved plan', () => {
  test('deletes the connections of the plan, and says which plan it was', async () => {
    const cloud = someCloud();
    const entries = await planOf(cloud);
    expect(entries).toMatchObject([
      { connectionId: 'vco-down', rule: 'tunnels-down', since: ago(2 * DAY), attachmentId: 'tr-attach-down' },
      { connectionId: 'vco-old', rule: 'unassociated', since: ago(2 * DAY), attachmentId: null },
    ]);
    cloud.clock.advance(HOUR);
    const result = await sweepPlan(cloud, entries);
    expect(result).toMatchObject({ mode: 'sweep', status: 'complete', counts: { deleted: 2, kept: 0 } });
    expect(result.plan).toEqual({ file: 'plan.json', sha256: 'ab'.repeat(32), madeAt: '2026-11-22T12:00:00.000Z' });
    expect(cloud.lines.findLast(({ event }) => event === 'run.started')).toMatchObject({ plan: result.plan });
  });

  test('touches and reports no connection outside the plan, not even its tags', async () => {
    const others = [
      free('other', dueTags()),
      free('new'),
      bound('back', dueTags()),
      free('kept', { ...dueTags(), 'vco-sweeper:keep': 'yes' }),
      free('half', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x`, 'vco-sweeper:seen': ago(HOUR) }),
    ];
    const cloud = someCloud(others);
    const entries = (await planOf(cloud)).filter(({ connectionId }) => ['vco-old', 'vco-down'].includes(connectionId));
    const before = others.map(({ VpnConnectionId }) => ({ ...cloud.tags(String(VpnConnectionId)) }));
    const result = await sweepPlan(cloud, entries);
    expect(result.outcomes.map(({ connectionId, outcome }) => [connectionId, outcome]).sort()).toEqual([
      ['vco-down', 'deleted'],
      ['vco-old', 'deleted'],
    ]);
    expect(others.map(({ VpnConnectionId }) => ({ ...cloud.tags(String(VpnConnectionId)) }))).toEqual(before);
    for (const write of cloud.writes()) {
      expect(write).toMatch(/old|down/);
    }
  });

  test('touches nothing outside the plan, even if the request covers more', async () => {
    const cloud = someCloud([free('other', dueTags())]);
    const entries = (await planOf(cloud)).filter(({ connectionId }) => connectionId === 'vco-old');
    const everything = [{ mode: 'sweep', regions: undefined, connections: undefined }] as const;
    const result = await sweepPlan(cloud, entries, { parts: everything });
    expect(result.outcomes.map(({ connectionId }) => connectionId)).toEqual(['vco-old']);
    expect(deletions(cloud.writes())).toEqual(['DeleteVpnAttachment vco-old']);
  });

  test('counts all connections of the region in the share guard, also changed entries and connections outside the plan', async () => {
    const many = Array.from({ length: 9 }, (_, index) => free(`more${index}`, dueTags()));
    const cloud = someCloud(many);
    const entries = await planOf(cloud, {
      policy: { ...cloud.policy, limits: { ...cloud.policy.limits, perRegionShare: 1 } },
    });
    const [first] = entries;
    const result = await sweepPlan(cloud, first === undefined ? [] : [first]);
    expect(result).toMatchObject({ status: 'halted', counts: { blocked: 1, deleted: 0 } });
    expect(cloud.writes().filter((call) => call.startsWith('Delete'))).toEqual([]);
  });

  test('leaves a changed entry and its tags unchanged, and names the change', async () => {
    const cloud = someCloud();
    const entries = await planOf(cloud);
    const tags = { 'vco-sweeper:orphan': `unassociated ${ago(3 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) };
    const row = cloud.connection('vco-old');
    if (row) {
      row.tags = tags;
    }
    const result = await sweepPlan(cloud, entries);
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 1, unknown: 1 } });
    expect(result.outcomes.find(({ connectionId }) => connectionId === 'vco-old')).toMatchObject({
      outcome: 'unknown',
      reason: `no longer as planned: since was ${ago(2 * DAY)}, is ${ago(3 * DAY)}`,
    });
    expect(cloud.tags('vco-old')).toEqual(tags);
  });

  test('reports an entry that is gone as not found', async () => {
    const cloud = someCloud();
    const entries = await planOf(cloud);
    await sweepPlan(cloud, entries);
    expect(await sweepPlan(cloud, entries)).toMatchObject({
      status: 'complete',
      outcomes: [],
      notFound: ['vco-down', 'vco-old'],
    });
  });

  test('without entries reads nothing, and is complete', async () => {
    const cloud = someCloud();
    const calls = cloud.calls().length;
    expect(await sweepPlan(cloud, [])).toMatchObject({ mode: 'sweep', status: 'complete', regions: [], outcomes: [] });
    expect(cloud.calls()).toHaveLength(calls);
  });

  test.each<[string, Partial<PlanEntry>]>([
    ['account', { accountId: '1000000000000009' }],
    ['region', { regionId: 'eu-central-1' }],
  ])('with an %s outside the policy is refused completely, before anything is listed', async (_what, change) => {
    const cloud = someCloud();
    const entries = (await planOf(cloud)).map((entry, index) => (index === 0 ? { ...entry, ...change } : entry));
    const calls = cloud.calls().length;
    await expect(sweepPlan(cloud, entries)).rejects.toThrow(/is refused|the plan is refused: account/);
    expect(cloud.calls().slice(calls)).toEqual(['GetCallerIdentity']);
  });

  test('of an account that cannot be opened is incomplete', async () => {
    const cloud = someCloud();
    const entries = await planOf(cloud);
    const before = ({ action }: { readonly action: string }) => {
      if (action === 'GetCallerIdentity') {
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      }
    };
    expect(await sweepPlan(cloud, entries, { before })).toMatchObject({ status: 'incomplete', outcomes: [] });
  });
});

describe('with a hold', () => {
  const policy = { detach: { holdMs: 2 * HOUR } };

  test('the first visit of a plan detaches, and a second visit of the same plan deletes', async () => {
    const cloud = someCloud([], policy);
    const entries = await planOf(cloud);
    expect((await sweepPlan(cloud, entries)).counts).toMatchObject({ deleted: 1, held: 1 });
    cloud.clock.advance(HOUR);
    expect((await sweepPlan(cloud, entries)).counts).toMatchObject({ deleted: 0, held: 1 });
    cloud.clock.advance(HOUR);
    expect((await sweepPlan(cloud, entries)).counts).toMatchObject({ deleted: 1, held: 0 });
    expect(cloud.connectionIds()).toHaveLength(9);
  });

  test('a note of another attachment is not part of the plan', async () => {
    const cloud = someCloud([], policy);
    const entries = await planOf(cloud);
    await sweepPlan(cloud, entries);
    const row = cloud.connection('vco-down');
    if (row) {
      row.tags['vco-sweeper:detached'] = `${new Date(NOW).toISOString()} tr-attach-other`;
    }
    cloud.clock.advance(3 * HOUR);
    const { outcomes } = await sweepPlan(cloud, entries);
    expect(outcomes).toMatchObject([
      { outcome: 'unknown', reason: 'no longer as planned: attachment was tr-attach-down, is tr-attach-other' },
    ]);
    expect(cloud.connectionIds()).toContain('vco-down');
  });
});

describe('a change between survey and write', () => {
  const rewritten = `tunnels-down ${ago(3 * DAY)}`;

  test.each<[string, string, string[]]>([
    ['detach', 'TagResources', ['DeleteVpnAttachment vco-old']],
    [
      'delete',
      'DeleteTransitRouterVpnAttachment',
      ['DeleteTransitRouterVpnAttachment tr-attach-down', 'DeleteVpnAttachment vco-old'],
    ],
  ])('another moment in its mark before the %s stops it', async (_step, action, expected) => {
    const cloud = someCloud();
    const entries = await planOf(cloud);
    const before = (call: { readonly action: string }) => {
      const row = cloud.connection('vco-down');
      if (call.action === action && row) {
        row.tags = { ...row.tags, 'vco-sweeper:orphan': rewritten };
      }
    };
    const { outcomes } = await sweepPlan(cloud, entries, { before });
    expect(outcomes.find(({ connectionId }) => connectionId === 'vco-down')).toMatchObject({
      outcome: 'unknown',
      reason: `no longer as planned: since was ${ago(2 * DAY)}, is ${ago(3 * DAY)}`,
    });
    expect(deletions(cloud.writes()).sort()).toEqual(expected);
  });

  test('another rule in its mark stops it', async () => {
    const cloud = someCloud([], { rules: { ...rules, unrouted: DAY } });
    const entries = await planOf(cloud);
    const before = (call: { readonly action: string }) => {
      const row = cloud.connection('vco-down');
      if (call.action === 'TagResources' && row) {
        row.tags = { ...row.tags, 'vco-sweeper:orphan': `unrouted ${ago(2 * DAY)}` };
      }
    };
    const { outcomes } = await sweepPlan(cloud, entries, { before });
    expect(outcomes.find(({ connectionId }) => connectionId === 'vco-down')).toMatchObject({
      outcome: 'unknown',
      reason: 'no longer as planned: rule was tunnels-down, is unrouted',
    });
    expect(cloud.connectionIds()).toContain('vco-down');
  });
});

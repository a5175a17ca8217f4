import { expect, test } from 'vitest';
import {
  findEntry,
  indexEntries,
  type PlanEntry,
  placesOf,
  toParts,
  toPlanEntry,
  toSavedPlan,
} from '../../../lib/core/saved-plan/saved-plan.ts';
import {
  ACCOUNT,
  aBoundConnection,
  aConnection,
  ago,
  aPolicy,
  DAY,
  HOUR,
  judgeOne,
  REGION,
  tagged,
} from '../../support/builders.ts';
import { dueTags } from '../../support/estates.ts';

const OTHER = '2000000000000002';
const entry = (connectionId: string, change: Partial<PlanEntry> = {}): PlanEntry => ({
  connectionId,
  accountId: ACCOUNT,
  regionId: REGION,
  rule: 'unassociated',
  since: null,
  attachmentId: null,
  evidence: [],
  ...change,
});
const there = entry('vco-1', { regionId: 'eu-central-1' });
const foreign = entry('vco-1', { accountId: OTHER });

test('a plan has its entries in the order of place and id, whatever their order before', () => {
  const entries = [foreign, there, entry('vco-2'), entry('vco-1')];
  const sorted = [entry('vco-1'), entry('vco-2'), there, foreign];
  const expected = { format: 'vco-sweeper/plan@1', madeAt: ago(0), policyHash: 'hash', entries: sorted };
  expect(toSavedPlan(ago(0), 'hash', entries)).toEqual(expected);
  expect(toSavedPlan(ago(0), 'hash', entries.toReversed())).toEqual(expected);
});

test('an entry is found by account, region and connection together', () => {
  const index = indexEntries([entry('vco-1'), there, foreign]);
  const find = (accountId: string, regionId: string) => findEntry(index, { accountId, regionId }, 'vco-1');
  expect(index.size).toBe(3);
  expect(find(ACCOUNT, REGION)).toEqual(entry('vco-1'));
  expect(find(ACCOUNT, 'eu-central-1')).toBe(there);
  expect(find(OTHER, REGION)).toBe(foreign);
  expect(find(OTHER, 'eu-central-1')).toBeUndefined();
});

test('the places of entries come once each', () => {
  expect(placesOf([entry('vco-1'), there, entry('vco-2'), foreign])).toEqual([
    { accountId: ACCOUNT, regionId: REGION },
    { accountId: ACCOUNT, regionId: 'eu-central-1' },
    { accountId: OTHER, regionId: REGION },
  ]);
});

test('a run over a plan has a part for each place, with the account only if the policy names accounts', () => {
  const entries = [entry('vco-1'), there, entry('vco-2')];
  const here = { mode: 'sweep', regions: [REGION], connections: ['vco-1', 'vco-2'] };
  const abroad = { mode: 'sweep', regions: ['eu-central-1'], connections: ['vco-1'] };
  expect(toParts(entries, 'sweep', true)).toEqual([here, abroad]);
  expect(toParts(entries, 'sweep', false)).toEqual([
    { ...here, accounts: [ACCOUNT] },
    { ...abroad, accounts: [ACCOUNT] },
  ]);
});

test('a run over an empty plan asks for nothing, and never for everything', () => {
  expect(toParts([], 'sweep', true)).toEqual([{ mode: 'sweep', regions: [], connections: [] }]);
});

const policy = aPolicy({ rules: { unassociated: DAY, 'tunnels-down': DAY } });
const place = { accountId: ACCOUNT, regionId: REGION, mode: 'sweep' } as const;

test('an entry says by which rule and since when a connection is due, and what binds it', () => {
  const free = judgeOne(aConnection({ tags: tagged(dueTags()) }), policy);
  expect(toPlanEntry({ ...place, verdict: free })).toEqual({
    accountId: ACCOUNT,
    regionId: REGION,
    connectionId: free.connection.connectionId,
    rule: 'unassociated',
    since: ago(2 * DAY),
    attachmentId: null,
    evidence: free.evidence,
  });
  const bound = judgeOne(aBoundConnection({ tags: tagged(dueTags('tunnels-down')) }), policy);
  expect(toPlanEntry({ ...place, verdict: bound })).toMatchObject({ attachmentId: bound.attachment?.attachmentId });
});

test('an entry of a half-done connection names the attachment in its note, and has no clock without a mark', () => {
  const noted = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-7`, 'vco-sweeper:seen': ago(HOUR) };
  const verdict = judgeOne(aConnection({ tags: tagged(noted) }), policy);
  expect(toPlanEntry({ ...place, verdict })).toMatchObject({
    rule: 'half-done',
    since: null,
    attachmentId: 'tr-attach-7',
  });
});

test('the note of a connection that is not half-done is no attachment of it', () => {
  const verdict = judgeOne(aConnection({ tags: tagged(dueTags()) }), policy);
  const note = { kind: 'valid', atMs: 0, attachmentId: 'tr-attach-7' } as const;
  expect(toPlanEntry({ ...place, verdict: { ...verdict, note } }).attachmentId).toBeNull();
});

test('a connection without a rule cannot be in a plan', () => {
  const verdict = judgeOne(aConnection(), policy);
  expect(() => toPlanEntry({ ...place, verdict: { ...verdict, rule: null } })).toThrow('is due by no rule');
});

import { describe, expect, test } from 'vitest';
import { readPlan } from '../../../lib/core/saved-plan/read-plan.ts';
import type { PlanEntry } from '../../../lib/core/saved-plan/saved-plan.ts';
import type { StoreDocument } from '../../../lib/core/store/store.ts';
import { ACCOUNT, ago, DAY, NOW, REGION } from '../../support/builders.ts';

const entry: PlanEntry = {
  connectionId: 'vco-1',
  accountId: ACCOUNT,
  regionId: REGION,
  rule: 'unassociated',
  since: ago(2 * DAY),
  attachmentId: null,
  evidence: ['AttachType NO_ASSOCIATED'],
};
const plan = {
  format: 'vco-sweeper/plan@1',
  madeAt: new Date(NOW).toISOString(),
  policyHash: '0123456789abcdef'.repeat(4),
  entries: [entry],
};
const withEntry = (change: Record<string, unknown>) => ({ ...plan, entries: [{ ...entry, ...change }] });

test.each([
  ['with an entry', plan],
  ['without entries', { ...plan, entries: [] }],
  ['of another time zone', { ...plan, madeAt: '2026-11-22T14:00:00+02:00' }],
  ['with a bound connection', withEntry({ rule: 'tunnels-down', attachmentId: 'tr-attach-1' })],
  [
    'with a long id of an attachment',
    withEntry({ rule: 'tunnels-down', attachmentId: 'tr-attach-a6p8voaodog5c0x1h8' }),
  ],
  ['with a half-done connection', withEntry({ rule: 'half-done', since: null })],
  ['with the same connection in two regions', { ...plan, entries: [entry, { ...entry, regionId: 'eu-central-1' }] }],
])('a plan %s is read unchanged', (_what, document) => {
  expect(readPlan(document)).toEqual({ plan: document });
});

describe('a document that is no plan names the place that is wrong, and quotes nothing of it', () => {
  test.each<[string, StoreDocument]>([
    ['format', { ...plan, format: 'vco-sweeper/plan@2' }],
    ['madeAt', { ...plan, madeAt: 'yesterday' }],
    ['madeAt', { ...plan, madeAt: '2026-11-22' }],
    ['policyHash', { ...plan, policyHash: 'x'.repeat(64) }],
    ['policyHash', { ...plan, policyHash: 'a'.repeat(63) }],
    ['policyHash', { ...plan, policyHash: `${'a'.repeat(64)}\n` }],
    ['policyHash', { ...plan, policyHash: `-${'a'.repeat(64)}` }],
    ['entries', { ...plan, entries: {} }],
    ['its top level', { ...plan, more: 1 }],
    ['entries.0', withEntry({ more: 1 })],
    ['entries.0.connectionId', withEntry({ connectionId: 'vpn-1' })],
    ['entries.0.accountId', withEntry({ accountId: 'me' })],
    ['entries.0.regionId', withEntry({ regionId: 'nowhere' })],
    ['entries.0.rule', withEntry({ rule: 'any' })],
    ['entries.0.since', withEntry({ since: 'yesterday' })],
    ['entries.0.since', withEntry({ since: undefined })],
    ['entries.0.attachmentId', withEntry({ attachmentId: 'tr-1' })],
    ['entries.0.attachmentId', withEntry({ attachmentId: 'tr-attach-1 2' })],
    ['entries.0.attachmentId', withEntry({ attachmentId: 'my-tr-attach-1' })],
    ['entries.0.attachmentId', withEntry({ attachmentId: 'tr-attach-' })],
    ['entries.0.evidence.0', withEntry({ evidence: [1] })],
    ['entries.0.evidence', withEntry({ evidence: 'none' })],
  ])('%s, case %#', (place, document) => {
    expect(readPlan(document)).toEqual({ problem: `it is no plan: ${place} is not as it should be` });
  });

  test('a connection that occurs twice', () => {
    expect(readPlan({ ...plan, entries: [entry, { ...entry, rule: 'expired' }] })).toEqual({
      problem: 'it is no plan: it has a connection twice',
    });
  });
});

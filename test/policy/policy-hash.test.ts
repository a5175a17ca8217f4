import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseDeclaredPolicy } from '../../lib/policy/parse-policy.ts';
import { hashPolicy } from '../../lib/policy/policy-hash.ts';

const hash = (text: string) => hashPolicy(parseDeclaredPolicy(text, 'policy.yaml'));
const DEFAULTS = hash('');

test.each([
  ['in JSON or in YAML', 'limits: { perRun: 5 }', '{"limits": {"perRun": 5}}'],
  ['with its defaults written out', '', readFileSync('policy.example.yaml', 'utf8')],
  ['in another order', 'limits: { perRun: 5, shareFloor: 1 }', 'limits: { shareFloor: 1, perRun: 5 }'],
  ['in other units', 'rules: { unassociated: 24h }', 'rules: { unassociated: 1d }'],
  ['in another mode', 'mode: plan', 'mode: sweep'],
  ['with another pace', 'pace: { share: 0.1 }', 'pace: { share: 0.9 }'],
  ['with more attempts', 'retry: { attempts: 1 }', 'retry: { attempts: 9 }'],
  ['with another tag for owners', 'report: { ownerTag: team }', 'report: { ownerTag: squad }'],
  ['with a store', '', 'store: /mnt/results'],
  ['with a channel', '', 'notify: { channels: [{ type: slack, urlEnv: SLACK_URL }] }'],
  ['with more patience', 'wait: { pollInterval: 1s }', 'wait: { pollInterval: 9s }'],
])('the same policy %s has the same hash', (_how, one, other) => {
  expect(hash(other)).toBe(hash(one));
});

test.each([
  'regions: all',
  'regions: { all: true, except: [] }',
  'accounts: [{ roleArn: "acs:ram::1:role/a" }]',
  'accounts: { directory: { roleName: a } }',
  'rules: { unassociated: off }',
  'rules: { expired: 0s }',
  'protect: { tags: [env] }',
  'protect: { names: ["*"] }',
  'protect: { youngerThan: 0s }',
  'limits: { perRun: 19 }',
  'limits: { freeze: [{ from: 2026-12-20, to: 2026-12-20 }] }',
  'detach: { force: true }',
  'marks: { maxGap: 71h }',
  'recheck: { maxAge: 9s }',
])('%s has a hash of its own', (text) => {
  expect(hash(text)).not.toBe(DEFAULTS);
  expect(hash(text)).toMatch(/^[0-9a-f]{64}$/);
});

const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

test('the hash is the SHA-256 of JSON with sorted keys, without unset keys', () => {
  const policy = parseDeclaredPolicy('marks: { maxGap: 1s }', 'policy.yaml');
  const { mode, retry, wait, pace, report, notify, ...rest } = policy;
  expect(hashPolicy(policy)).toBe(createHash('sha256').update(JSON.stringify(rest, sortKeys)).digest('hex'));
});

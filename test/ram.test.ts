import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ACTIONS, type ActionFacts, ORGANIZATION_ACTIONS } from '../lib/cloud/actions.ts';
import { FC_ACTIONS } from '../lib/cloud/fc.ts';
import { MODES, type Mode } from '../lib/core/options.ts';
import { createDispatchDeps, createSweepFunction } from '../lib/function-deps.ts';
import { fakeClock } from './cloud/support.ts';
import { aPolicy } from './support/builders.ts';

const WRITES: Readonly<Record<Mode, readonly string[]>> = {
  plan: [],
  mark: ['setTags', 'removeTags'],
  sweep: ['setTags', 'removeTags', 'detach', 'deleteConnection'],
};

const facts: readonly ActionFacts[] = Object.values(ACTIONS);

function granted(name: string): readonly string[] {
  const document: { Statement: { Effect: string; Action: string[] }[] } = JSON.parse(
    readFileSync(`docs/ram/${name}.json`, 'utf8'),
  );
  expect(document.Statement.every(({ Effect }) => Effect === 'Allow')).toBe(true);
  return document.Statement.flatMap(({ Action }) => Action).sort();
}

const needed = (filter: (action: ActionFacts) => boolean): readonly string[] =>
  facts
    .filter(filter)
    .flatMap(({ ram }) => (ram === null ? [] : [ram]))
    .sort();

test.each(MODES)('docs/ram/%s.json grants what the mode can call, and nothing more', (mode) => {
  const calls = needed(
    ({ ram, kind, methods }) =>
      ram !== 'sts:AssumeRole' && (kind === 'read' || methods.some((method) => WRITES[mode].includes(method))),
  );
  expect(granted(mode)).toEqual(calls);
});

test('docs/ram/transit-router-owner.json grants what is called in the account of a transit router', () => {
  expect(granted('transit-router-owner')).toEqual(needed(({ service }) => service === 'cbn'));
});

test('docs/ram/assume-roles.json grants what other accounts need', () => {
  expect(granted('assume-roles')).toEqual(['sts:AssumeRole']);
});

const options = {
  env: {},
  credentials: { accessKeyId: 'testid', accessKeySecret: 'testsecret' },
  target: {
    accountId: '1000000000000001',
    regionId: 'cn-hangzhou',
    functionName: 'vco-sweeper',
    serviceName: undefined,
    qualifier: undefined,
  },
  policy: aPolicy(),
  clock: fakeClock(),
  deadlineMs: Number.POSITIVE_INFINITY,
};
const invocation = Object.values(FC_ACTIONS).map(({ ram }) => ram);

describe('the dispatcher', () => {
  const deps = createDispatchDeps({ ...options, concurrency: 1, journal: () => () => undefined });
  const calls = needed(({ methods }) => methods.some((method) => Object.hasOwn(deps.api, method)));

  test('docs/ram/dispatch.json grants what it can call, and nothing more', () => {
    expect(Object.keys(deps.sweep)).toEqual(['start', 'call']);
    expect(granted('dispatch')).toEqual([...calls, ...invocation].sort());
  });

  test('docs/ram/dispatch-directory.json grants what it asks of the directory, and nothing more', () => {
    const asked = Object.values(ORGANIZATION_ACTIONS).filter(({ methods }) =>
      methods.some((method) => Object.hasOwn(deps.organization, method)),
    );
    expect(granted('dispatch-directory')).toEqual(asked.map(({ ram }) => ram));
  });

  test('can neither write to a connection nor assume a role', () => {
    const all = [...granted('dispatch'), ...granted('dispatch-directory')];
    expect(all.filter((action) => /Delete|Tag|AssumeRole/.test(action))).toEqual([]);
  });
});

test('docs/ram/invoke.json grants what vco-sweeper invoke calls of the function, and nothing more', () => {
  const sweep = createSweepFunction({ ...options, observer: { onCall: () => undefined, onRetry: () => undefined } });
  expect(Object.keys(sweep)).toEqual(['start', 'call']);
  expect(granted('invoke')).toEqual(invocation);
});

test.each([
  ['trust-function-compute', { Service: ['fc.aliyuncs.com'] }],
  ['trust-member-account', { RAM: ['acs:ram::1234567890123456:role/vco-sweeper'] }],
])('docs/ram/%s.json lets in one principal and no other', (name, Principal) => {
  const { Statement } = JSON.parse(readFileSync(`docs/ram/${name}.json`, 'utf8'));
  expect(Statement).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }]);
});

test('every document is compared here, and told of in the README', () => {
  const names = readdirSync('docs/ram').sort();
  const compared = ['assume-roles', 'dispatch', 'dispatch-directory', 'invoke', 'transit-router-owner'];
  const trusts = ['trust-function-compute', 'trust-member-account'];
  expect(names).toEqual([...MODES, ...compared, ...trusts].map((name) => `${name}.json`).sort());
  const readme = readFileSync('README.md', 'utf8');
  expect(names.filter((name) => !readme.includes(`docs/ram/${name}`))).toEqual([]);
});

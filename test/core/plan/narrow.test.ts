import { expect, test } from 'vitest';
import type { Narrowing } from '../../../lib/core/domain/policy.ts';
import { mayTag, modeFor, runMode, wantsRegion } from '../../../lib/core/plan/narrow.ts';

const part = (change: Partial<Narrowing>): Narrowing => ({
  mode: 'sweep',
  regions: undefined,
  connections: undefined,
  ...change,
});

const HERE = { accountId: '1', regionId: 'cn-hangzhou' };

test.each<[string, readonly Narrowing[], boolean, string | undefined]>([
  ['a part without narrowing covers everything', [part({})], true, 'sweep'],
  ['without parts, nothing is covered', [], false, undefined],
  ['an empty list of regions covers nothing', [part({ regions: [] })], false, undefined],
  ['an empty list of connections covers nothing', [part({ connections: [] })], false, undefined],
  ['another region is not covered', [part({ regions: ['eu-central-1'] })], false, undefined],
  ['another connection is not covered', [part({ connections: ['vco-2'] })], true, undefined],
  [
    'the region and the connection are covered',
    [part({ regions: ['cn-hangzhou'], connections: ['vco-1'] })],
    true,
    'sweep',
  ],
  [
    'if two parts cover it, the higher mode counts',
    [part({ mode: 'plan' }), part({ mode: 'mark', connections: ['vco-1'] })],
    true,
    'mark',
  ],
  [
    'the higher mode counts in any order of the parts',
    [part({ mode: 'mark', connections: ['vco-1'] }), part({ mode: 'plan' })],
    true,
    'mark',
  ],
  ['another account is not covered', [part({ accounts: ['2'] })], false, undefined],
  ['an empty list of accounts covers nothing', [part({ accounts: [] })], false, undefined],
  ['one of the listed accounts is covered', [part({ accounts: ['2', '1'] })], true, 'sweep'],
  [
    "a part does not lend its mode or its region to another's account",
    [part({ mode: 'plan', accounts: ['1'] }), part({ accounts: ['2'], connections: ['vco-1'] })],
    true,
    'plan',
  ],
  [
    "a part does not lend its account to another's region",
    [part({ accounts: ['1'], regions: ['eu-central-1'] }), part({ accounts: ['2'], regions: ['cn-hangzhou'] })],
    false,
    undefined,
  ],
  [
    "a part does not lend its mode to another's scope",
    [part({ mode: 'plan' }), part({ connections: ['vco-2'] })],
    true,
    'plan',
  ],
])('%s', (_what, parts, wanted, mode) => {
  expect(wantsRegion(parts, HERE)).toBe(wanted);
  expect(modeFor(parts, HERE, 'vco-1')).toBe(mode);
});

test('a run reports the highest mode of its parts, or the mode of the policy if it has no parts', () => {
  expect(runMode([part({ mode: 'plan' }), part({ mode: 'mark' })], 'sweep')).toBe('mark');
  expect(runMode([part({ mode: 'sweep' }), part({ mode: 'plan' })], 'mark')).toBe('sweep');
  expect(runMode([], 'sweep')).toBe('sweep');
});

test('a run writes tags in the modes mark and sweep only', () => {
  expect((['mark', 'sweep', 'plan', undefined] as const).map(mayTag)).toEqual([true, true, false, false]);
});

import { describe, expect, test } from 'vitest';
import { scopeRun } from '../../lib/core/accounts.ts';
import { ConfigError } from '../../lib/core/errors.ts';
import type { DeclaredPolicy, Narrowing } from '../../lib/core/options.ts';
import { aPolicy } from '../support/builders.ts';

const OWN = '1000000000000001';
const A = '2000000000000002';
const B = '3000000000000003';
const listed = (accountId: string) => ({
  roleArn: `acs:ram::${accountId}:role/vco-sweeper`,
  accountId,
  regions: undefined,
});
const part = (change: Partial<Narrowing> = {}): Narrowing => ({
  mode: 'sweep',
  regions: undefined,
  connections: undefined,
  ...change,
});

const own: DeclaredPolicy = aPolicy();
const list: DeclaredPolicy = aPolicy({ accounts: [listed(A), listed(B)] });
const directory: DeclaredPolicy = {
  ...aPolicy(),
  accounts: { roleName: 'vco-sweeper', include: undefined, exclude: [B] },
};
const included: DeclaredPolicy = { ...own, accounts: { roleName: 'vco-sweeper', include: [A], exclude: [] } };

describe('a run is over', () => {
  test.each<[string, DeclaredPolicy, readonly string[] | undefined, readonly object[]]>([
    ['all accounts of the policy when none is named', list, undefined, [listed(A), listed(B)]],
    ['those of the list that are named', list, [B], [listed(B)]],
    ['the account of the credentials when none is named', own, undefined, []],
    ['the account of the credentials when that is named', own, [OWN], []],
    ["each named account of a directory, by the directory's role name", directory, [A], [listed(A)]],
  ])('%s', (_what, declared, accounts, expected) => {
    const parts = [part(accounts && { accounts })];
    expect(scopeRun(declared, parts, OWN)).toMatchObject({ policy: { accounts: expected }, parts, refused: [] });
  });

  test.each([
    ['own', own],
    ['list', list],
    ['directory', directory],
  ])('nothing when an empty list is named (%s), whatever the policy says', (_kind, declared) => {
    expect(scopeRun(declared, [part({ accounts: [] })], OWN)).toMatchObject({ policy: { accounts: [] }, parts: [] });
  });
});

describe('a run is refused when', () => {
  test.each<[string, DeclaredPolicy, readonly string[] | undefined, string | undefined, string]>([
    ['an account is not in the list', list, [A, OWN], OWN, `${OWN} is not an account of the policy`],
    ['another account than its own is named', own, [A], OWN, `${A} is not an account of the policy`],
    ['it cannot tell its own account', own, [OWN], undefined, `${OWN} is not an account of the policy`],
    ['the directory policy leaves the account out', directory, [B], OWN, `${B} is not an account of the policy`],
    ['the directory policy does not include it', included, [B], OWN, `${B} is not an account of the policy`],
    ['the accounts are left to a directory and none is named', directory, undefined, OWN, 'a run has to name its own'],
  ])('%s', (_when, declared, accounts, ownId, message) => {
    const call = () => scopeRun(declared, [part(accounts && { accounts })], ownId);
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(message);
  });
});

test("of an array no event lends its scope to another's accounts", () => {
  const parts = [
    part({ accounts: [A, B], event: { index: 0, id: 'a' } }),
    part({ accounts: [B, A], regions: ['eu-central-1'], event: { index: 1, id: 'b' } }),
    part({ accounts: [A], event: { index: 2, id: 'c' } }),
    part({ hint: true, event: { index: 3, id: 'd' } }),
    part({ accounts: [], event: { index: 4, id: 'e' } }),
  ];
  const scope = scopeRun(list, parts, OWN);
  expect(scope.parts).toEqual(parts.slice(0, 2));
  expect(scope.refused).toMatchObject([{ index: 2, id: 'c', reason: expect.stringContaining('other accounts') }]);
  expect(scope.notes).toEqual([expect.stringContaining('event 3 ignored')]);
});

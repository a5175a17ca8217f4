import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../lib/core/domain/errors.ts';
import type { DeclaredPolicy, Narrowing } from '../../../lib/core/domain/policy.ts';
import { scopeRun } from '../../../lib/core/plan/run-scope.ts';
import { aPolicy } from '../../support/builders.ts';

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
    const scope = scopeRun(declared, parts, OWN);
    expect(scope).toMatchObject({ policy: { accounts: expected }, refused: [], notes: [] });
    expect(scope.parts).toHaveLength(1);
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
  test.each<
    [
      string,
      DeclaredPolicy,
      readonly string[] | undefined,
      { readonly ownId: string | undefined; readonly message: string },
    ]
  >([
    [
      'an account is not in the list',
      list,
      [A, OWN],
      { ownId: OWN, message: `${OWN} is not an account of the policy` },
    ],
    [
      'another account than its own is named',
      own,
      [A],
      { ownId: OWN, message: `${A} is not an account of the policy` },
    ],
    [
      'it cannot tell its own account',
      own,
      [OWN],
      { ownId: undefined, message: `${OWN} is not an account of the policy` },
    ],
    [
      'the directory policy leaves the account out',
      directory,
      [B],
      { ownId: OWN, message: `${B} is not an account of the policy` },
    ],
    [
      'the directory policy does not include it',
      included,
      [B],
      { ownId: OWN, message: `${B} is not an account of the policy` },
    ],
    [
      'the accounts are left to a directory and none is named',
      directory,
      undefined,
      { ownId: OWN, message: 'a run has to name its own' },
    ],
  ])('%s', (_when, declared, accounts, { ownId, message }) => {
    const call = () => scopeRun(declared, [part(accounts && { accounts })], ownId);
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(message);
  });
});

describe('of an array', () => {
  const event = (index: number) => ({ index, id: `e${index}` });

  test('the run is over all accounts that are named, and each part keeps to its own', () => {
    const parts = [
      part({ accounts: [A], event: event(0) }),
      part({ accounts: [B, A], regions: ['eu-central-1'], mode: 'plan', event: event(1) }),
      part({ accounts: [], event: event(2) }),
    ];
    const expected = { parts: parts.slice(0, 2), refused: [], notes: [] };
    expect(scopeRun(list, parts, OWN)).toMatchObject({ ...expected, policy: { accounts: [listed(A), listed(B)] } });
    const open = { ...directory, accounts: { roleName: 'vco-sweeper', include: undefined, exclude: [] } };
    expect(scopeRun(open, parts, OWN)).toMatchObject({ ...expected, policy: { accounts: [listed(A), listed(B)] } });
  });

  test('an event that names none is over all accounts of the policy, and the others keep to theirs', () => {
    const parts = [part({ accounts: [B], event: event(0) }), part({ hint: true, regions: ['eu-central-1'] })];
    expect(scopeRun(list, parts, OWN)).toMatchObject({ policy: { accounts: [listed(A), listed(B)] }, parts });
  });

  test.each<[string, DeclaredPolicy, readonly Narrowing[], readonly object[]]>([
    [
      'that names another account than that of the credentials',
      own,
      [part({ accounts: [A], event: event(0) }), part({ accounts: [OWN], event: event(1) })],
      [{ index: 0, id: 'e0', reason: expect.stringContaining(`${A} is not an account of the policy`) }],
    ],
    [
      'that names an account which the directory policy leaves out',
      directory,
      [part({ accounts: [A], event: event(0) }), part({ accounts: [A, B], event: event(1) })],
      [{ index: 1, id: 'e1', reason: expect.stringContaining(`${B} is not an account of the policy`) }],
    ],
    [
      'that leaves the accounts to the directory',
      directory,
      [part({ event: event(0) }), part({ accounts: [A], event: event(1) })],
      [{ index: 0, id: 'e0', reason: expect.stringContaining('a run has to name its own') }],
    ],
  ])('an event %s is refused, and the others count', (_what, declared, parts, refused) => {
    const scope = scopeRun(declared, parts, OWN);
    expect(scope.refused).toEqual(refused);
    expect(scope.parts).toHaveLength(1);
  });

  test('a hint that names no account, beside events that do, is noted and not refused', () => {
    const parts = [part({ accounts: [A] }), part({ hint: true, event: event(1) })];
    const scope = scopeRun(directory, parts, OWN);
    expect(scope).toMatchObject({ parts: [parts[0]], refused: [], policy: { accounts: [listed(A)] } });
    expect(scope.notes).toEqual([expect.stringContaining('event 1 ignored')]);
  });

  test('hints alone are noted and not refused, even where none can be used', () => {
    const scope = scopeRun(directory, [part({ hint: true, event: event(0) })], OWN);
    expect(scope).toMatchObject({ parts: [], refused: [], notes: [expect.stringContaining('event 0 ignored')] });
  });

  test.each([
    ['accounts', { accounts: [] }],
    ['regions', { regions: [] }],
    ['connections', { connections: [] }],
  ])('an event that asks for no %s opens no account', (_what, nothing) => {
    const scope = scopeRun(list, [part({ accounts: [A], mode: 'plan' }), part(nothing)], OWN);
    expect(scope).toMatchObject({ policy: { accounts: [listed(A)] }, parts: [{ mode: 'plan' }] });
    expect(scope.parts).toHaveLength(1);
  });

  test('when none may have its accounts, it is refused whole, with every reason', () => {
    const call = () => scopeRun(own, [part({ accounts: [A] }), part({ accounts: [B] })], OWN);
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(new RegExp(`${A} is not an account.*; .*${B} is not an account`));
  });
});

test('where the account is that of the credentials, a part that names it does not depend on its id any more', () => {
  // A run whose account could not be told has to be incomplete, not about nothing.
  expect(scopeRun(own, [part({ accounts: [OWN] })], OWN).parts).toEqual([part()]);
});

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
    ['all accounts of the policy if the event names no account', list, undefined, [listed(A), listed(B)]],
    ['the accounts of the list that the event names', list, [B], [listed(B)]],
    ['the account of the credentials if the event names no account', own, undefined, []],
    ['the account of the credentials if the event names it', own, [OWN], []],
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
  ])('no account for an empty list (%s), under any policy', (_kind, declared) => {
    expect(scopeRun(declared, [part({ accounts: [] })], OWN)).toMatchObject({ policy: { accounts: [] }, parts: [] });
  });
});

describe('a run is refused if', () => {
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
      { ownId: OWN, message: `${OWN} is not an account of the policy: the policy does not list it` },
    ],
    [
      'the event names an account other than its own',
      own,
      [A],
      { ownId: OWN, message: `${A} is not an account of the policy: the policy is about ${OWN} alone` },
    ],
    [
      'the run cannot find out its own account',
      own,
      [OWN],
      { ownId: undefined, message: 'the policy is about the account of the credentials alone' },
    ],
    [
      'the directory policy leaves the account out',
      directory,
      [B],
      { ownId: OWN, message: `${B} is not an account of the policy: the policy leaves it out` },
    ],
    [
      'the directory policy does not include it',
      included,
      [B],
      { ownId: OWN, message: `${B} is not an account of the policy: the policy leaves it out` },
    ],
    [
      'the policy leaves the accounts to a directory and the event names no account',
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

describe('in an array of events', () => {
  const event = (index: number) => ({ index, id: `e${index}` });

  test('the run is over all accounts that the events name, and each part keeps its own accounts', () => {
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

  test('an event without accounts is over all accounts of the policy, and each other event keeps its own accounts', () => {
    const parts = [part({ accounts: [B], event: event(0) }), part({ hint: true, regions: ['eu-central-1'] })];
    expect(scopeRun(list, parts, OWN)).toMatchObject({ policy: { accounts: [listed(A), listed(B)] }, parts });
  });

  test.each<[string, DeclaredPolicy, readonly Narrowing[], readonly object[]]>([
    [
      'that names an account other than the account of the credentials',
      own,
      [part({ accounts: [A], event: event(0) }), part({ accounts: [OWN], event: event(1) })],
      [{ index: 0, id: 'e0', reason: expect.stringContaining(`${A} is not an account of the policy`) }],
    ],
    [
      'that names an account excluded by the directory policy',
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
  ])('an event %s is refused, and the run continues with the other events', (_what, declared, parts, refused) => {
    const scope = scopeRun(declared, parts, OWN);
    expect(scope.refused).toEqual(refused);
    expect(scope.parts).toHaveLength(1);
  });

  test('a hint without an account, beside events with accounts, is noted and not refused', () => {
    const parts = [part({ accounts: [A] }), part({ hint: true, event: event(1) })];
    const scope = scopeRun(directory, parts, OWN);
    expect(scope).toMatchObject({ parts: [parts[0]], refused: [], policy: { accounts: [listed(A)] } });
    expect(scope.notes).toEqual([expect.stringContaining('event 1 ignored')]);
  });

  test('an array of hints is noted and not refused, even if no hint can be used', () => {
    const scope = scopeRun(directory, [part({ hint: true, event: event(0) })], OWN);
    expect(scope).toMatchObject({ parts: [], refused: [], notes: [expect.stringContaining('event 0 ignored')] });
  });

  test.each([
    ['accounts', { accounts: [] }],
    ['regions', { regions: [] }],
    ['connections', { connections: [] }],
  ])('an event with an empty list of %s opens no account', (_what, nothing) => {
    const scope = scopeRun(list, [part({ accounts: [A], mode: 'plan' }), part(nothing)], OWN);
    expect(scope).toMatchObject({ policy: { accounts: [listed(A)] }, parts: [{ mode: 'plan' }] });
    expect(scope.parts).toHaveLength(1);
  });

  test('if every event is refused, the run is refused with all reasons', () => {
    const call = () => scopeRun(own, [part({ accounts: [A] }), part({ accounts: [B] })], OWN);
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(new RegExp(`${A} is not an account.*; .*${B} is not an account`));
  });

  test('the reasons are the first ten, each once', () => {
    const accounts = Array.from({ length: 12 }, (_, index) => String(100 + index));
    const named = [...accounts, '100'].map((accountId) => part({ accounts: [accountId] }));
    const messageOf = (parts: readonly Narrowing[]) => {
      try {
        return scopeRun(own, parts, OWN);
      } catch (error) {
        return error instanceof ConfigError ? error.message : error;
      }
    };
    const reason = (accountId: string) =>
      `accounts: ${accountId} is not an account of the policy: the policy is about ${OWN} alone`;
    expect(messageOf(named)).toBe(accounts.slice(0, 10).map(reason).join('; '));
  });
});

test('in the account of the credentials, a part that names the account no longer depends on its id', () => {
  // If the run cannot find out its account, it has to end incomplete. It must not end as a run over nothing.
  expect(scopeRun(own, [part({ accounts: [OWN] })], OWN).parts).toEqual([part()]);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../lib/core/domain/errors.ts';
import { type DeclaredPolicy, MODES } from '../../lib/core/domain/policy.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';

type Scope = Pick<DeclaredPolicy, 'mode' | 'regions' | 'accounts'>;

const regionId = fc.constantFrom('cn-hangzhou', 'ap-southeast-1', 'eu-west-1', 'us-east-1');
const regions = fc.uniqueArray(regionId, { minLength: 1 });
const accountId = fc.constantFrom('1', '2', '3');
const listed = fc.uniqueArray(
  fc.record({
    roleArn: fc.constant('acs:ram::1:role/a'),
    accountId,
    regions: fc.option(regions, { nil: undefined }),
  }),
  { maxLength: 2, selector: (account) => account.accountId },
);
const directory = fc.record({
  roleName: fc.constant('a'),
  include: fc.option(fc.uniqueArray(accountId, { minLength: 1 }), { nil: undefined }),
  exclude: fc.uniqueArray(accountId),
});
const accounts = fc.oneof({ weight: 3, arbitrary: listed }, directory);
const scope: fc.Arbitrary<Scope> = fc.record({
  mode: fc.constantFrom(...MODES),
  regions: fc.option(regions, { nil: undefined }),
  accounts,
});

const mixed = fc.oneof(regionId, fc.constantFrom('vco-a', 'all', '', 'cn-*'), fc.jsonValue({ maxDepth: 1 }));
const request = fc.record(
  {
    mode: fc.oneof(fc.constantFrom(...MODES), fc.jsonValue({ maxDepth: 1 })),
    accounts: fc.oneof(fc.array(accountId), fc.array(mixed), mixed),
    regions: fc.oneof(fc.array(regionId), fc.array(mixed), mixed),
    connections: fc.oneof(fc.array(fc.constantFrom('vco-a', 'vco-b')), fc.array(mixed), mixed),
  },
  { requiredKeys: [] },
);
const hint = fc.record(
  {
    eventName: fc.constantFrom('DeleteCen', 'DeleteVpnAttachment', 'TagResources', 'RunInstances'),
    acsRegion: mixed,
    requestParameters: fc.record({ RegionId: mixed, ResourceId: mixed }, { requiredKeys: [] }),
    requestParameterJson: fc.oneof(fc.json(), fc.string()),
    errorCode: mixed,
  },
  { requiredKeys: ['eventName'] },
);
const data = fc.oneof(
  request,
  hint,
  fc.jsonValue(),
  fc.oneof(request, hint).map((value) => JSON.stringify(value)),
);
const cloudEvent = fc.record(
  {
    id: fc.string(),
    source: fc.constantFrom('acs.vpc', 'acs.cen', 'my.app'),
    specversion: fc.constant('1.0'),
    type: fc.string(),
    data,
    aliyunregionid: mixed,
  },
  { requiredKeys: ['id', 'source', 'specversion', 'type'] },
);
const timer = fc.record({
  triggerTime: fc.string(),
  triggerName: fc.string(),
  payload: fc.oneof(
    request.map((value) => JSON.stringify(value)),
    fc.string(),
    fc.jsonValue(),
  ),
});
const anyEvent = fc.oneof(request, timer, cloudEvent, fc.array(fc.oneof(cloudEvent, fc.jsonValue())), fc.jsonValue());

/** Everything that a policy covers, computed in another way than the code under test does. */
function covered(
  { regions: own, accounts: declared }: Scope,
  region: string | undefined,
  named: readonly string[] | undefined,
): readonly (string | undefined)[] {
  const fallback = Array.isArray(own) ? own : [region];
  if ('roleName' in declared || declared.length === 0) {
    return fallback;
  }
  return declared
    .filter((entry) => named === undefined || named.length === 0 || named.includes(entry.accountId))
    .flatMap((entry) => (Array.isArray(entry.regions) ? entry.regions : fallback));
}

/** Of '1', '2' and '3'. When the policy names no region, any may be the run's own region. */
function coveredAccounts({ accounts: declared }: Scope): readonly string[] {
  if (!('roleName' in declared)) {
    return declared.length === 0 ? ['1', '2', '3'] : declared.map((entry) => entry.accountId);
  }
  const { include = ['1', '2', '3'], exclude } = declared;
  return include.filter((id) => exclude.indexOf(id) === -1);
}

function expectWithin(event: Uint8Array | string, policy: Scope, region: string | undefined): void {
  try {
    const { parts, whole } = parseEvent(event, policy, region);
    for (const part of parts) {
      expect(MODES.indexOf(part.mode)).toBeLessThanOrEqual(MODES.indexOf(policy.mode));
      expect(covered(policy, region, part.accounts)).toEqual(expect.arrayContaining([...(part.regions ?? [])]));
      expect(coveredAccounts(policy)).toEqual(expect.arrayContaining([...(part.accounts ?? [])]));
      for (const id of part.connections ?? []) {
        expect(id).toMatch(/^vco-[0-9a-z]+$/);
      }
    }
    expect(whole).toBe(
      parts.some((part) => [part.accounts, part.regions, part.connections].every((list) => list === undefined)),
    );
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
  }
}

type Wish = {
  readonly mode?: unknown;
  readonly accounts?: unknown;
  readonly regions?: unknown;
  readonly connections?: unknown;
};

/** A requested list holds the given values. An unrestricted list would be everything, which nobody asked for. */
const expectAmong = (asked: unknown, given: readonly string[] | undefined) =>
  expect(Array.isArray(asked) ? asked : []).toEqual(expect.arrayContaining([...(given ?? ['all'])]));

function expectNoMore(wish: Wish, event: object, policy: Scope): void {
  try {
    for (const { mode, accounts: swept, regions: given, connections } of parseEvent(
      JSON.stringify(event),
      policy,
      'cn-hangzhou',
    ).parts) {
      if ('mode' in wish) {
        expect(mode).toBe(wish.mode);
      }
      if ('accounts' in wish) {
        expectAmong(wish.accounts, swept);
      }
      if ('regions' in wish) {
        expectAmong(wish.regions, given);
      }
      if ('connections' in wish) {
        expectAmong(wish.connections, connections);
      }
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
  }
}

describe('gives a request within the policy or a ConfigError, never more and never another error:', () => {
  test.each<[string, fc.Arbitrary<Uint8Array | string>]>([
    ['any bytes', fc.uint8Array({ maxLength: 300 })],
    ['any text', fc.string({ unit: 'binary', maxLength: 300 })],
    ['any JSON', fc.json()],
    ['events that are nearly right', anyEvent.map((event) => JSON.stringify(event))],
    [
      'such events, broken off or bent',
      fc.tuple(anyEvent, fc.nat(200), fc.string({ maxLength: 3 })).map(([event, at, text]) => {
        const json = JSON.stringify(event);
        return `${json.slice(0, at)}${text}${json.slice(at + 1)}`;
      }),
    ],
  ])('%s', (_what, events) => {
    fc.assert(fc.property(events, scope, fc.option(regionId, { nil: undefined }), expectWithin), { numRuns: 500 });
  });

  test.each([
    ['deep arrays', '['.repeat(400_000) + ']'.repeat(400_000)],
    ['a deep request', `{"regions":${'['.repeat(400_000)}${']'.repeat(400_000)}}`],
    [
      'deep data',
      JSON.stringify({
        id: '1',
        source: 'acs.vpc',
        specversion: '1.0',
        type: 't',
        data: { eventName: 'DeleteCen', requestParameters: 0 },
      }).replace('":0', `":${'['.repeat(400_000)}${']'.repeat(400_000)}`),
    ],
    [
      'deep data as text',
      JSON.stringify({ id: '1', source: 'acs.vpc', specversion: '1.0', type: 't', data: '{"a":'.repeat(90_000) }),
    ],
    // More items than a call may have arguments.
    ['a very long list', `{"connections":[${'1,'.repeat(200_000)}1]}`],
    ['very many keys', `{${Array.from({ length: 20_000 }, (_, index) => `"mod${index}":0`).join()}}`],
  ])('%s', (_what, event) => {
    expectWithin(event, { mode: 'sweep', regions: ['cn-hangzhou'], accounts: [] }, undefined);
  });

  test('a request that names a mode, accounts, regions or connections gets no more than it names', () => {
    const idOrNot = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('vco-a', 'vco-b') }, mixed);
    const asked = fc.record(
      {
        mode: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...MODES) }, mixed),
        accounts: fc.oneof({ weight: 8, arbitrary: fc.array(accountId, { maxLength: 2 }) }, mixed),
        regions: fc.oneof({ weight: 8, arbitrary: fc.array(regionId, { maxLength: 2 }) }, mixed),
        connections: fc.oneof({ weight: 8, arbitrary: fc.array(idOrNot, { maxLength: 2 }) }, mixed),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(asked, scope, (wish, policy) => {
        expectNoMore(wish, wish, policy);
        expectNoMore(wish, { triggerTime: 't', triggerName: 'n', payload: JSON.stringify(wish) }, policy);
      }),
      { numRuns: 500 },
    );
  });

  test('asking twice asks for the same, as bytes or as text', () => {
    fc.assert(
      fc.property(anyEvent, scope, (event, policy) => {
        const text = JSON.stringify(event);
        const answer = (input: Uint8Array | string) => {
          try {
            return parseEvent(input, policy, 'cn-hangzhou');
          } catch (error) {
            return String(error);
          }
        };
        expect(answer(Buffer.from(text))).toEqual(answer(text));
      }),
    );
  });
});

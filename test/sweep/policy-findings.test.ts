import { describe, expect, test } from 'vitest';
import { ACCOUNT, ORIGIN, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, dueTags, estate, free, inUse } from '../support/estates.ts';

type Cloud = ReturnType<typeof startCloud>;
const warned = ({ lines }: Cloud) => lines.filter(({ event }) => event === 'policy.warned');
const part = (connections: readonly string[], regions?: readonly string[]) => [
  { mode: 'plan' as const, regions, connections },
];
const FAR = { regionId: 'eu-central-1' };

describe('the origin of the policy', () => {
  test('is in the result and in the log', async () => {
    const cloud = startCloud({ estate: estate(...inUse(1)) });
    const origin = { source: 'packed', hash: 'abc' };
    expect(await cloud.run({ origin })).toMatchObject({ policy: origin });
    expect(cloud.lines[0]).toMatchObject({ event: 'run.started', policy: origin });
  });

  test.each([
    ['mark', 1],
    ['sweep', 1],
    ['plan', 0],
  ] as const)('a missing policy is a warning in mode %s', async (mode, count) => {
    const cloud = startCloud({ estate: estate(...inUse(1)), policy: { mode } });
    const result = await cloud.run({ origin: { ...ORIGIN, source: 'none' } });
    expect(warned(cloud)).toHaveLength(count);
    expect(result.warnings ?? []).toEqual(warned(cloud).map(({ reason }) => reason));
  });
});

describe('entries under protect that match nothing', () => {
  const protect = { names: ['used*', 'prod-*'], tags: [{ key: 'env:prod', value: undefined }] };
  const reason = 'matched no connection, so it protects nothing';
  const entries = ['protect.tags "env:prod" (a key; did you mean "env=prod"?)', 'protect.names "prod-*"'];

  test('are in the result and in the log, with any outcomes of the connections', async () => {
    const cloud = startCloud({ estate: estate(...inUse(2), free('old', dueTags())), policy: { protect } });
    const result = await cloud.run();
    expect(result.warnings).toEqual(entries.map((entry) => `${entry} ${reason}`));
    expect(warned(cloud)).toEqual([{ event: 'policy.warned', reason, entries }]);
  });

  test('may match in any region, and may match a connection of a VPN gateway', async () => {
    const cloud = startCloud({
      estate: estate(
        free('prod-1', {}, FAR),
        bound(
          'gateway',
          { 'env:prod': '' },
          { VpnGatewayId: 'vpn-1', TransitRouterId: undefined, AttachType: 'VPNGW' },
        ),
        ...inUse(1),
      ),
      policy: { protect, regions: [REGION, 'eu-central-1'] },
    });
    expect(await cloud.run()).not.toHaveProperty('warnings');
  });

  test.each<[string, Parameters<Cloud['run']>[0]]>([
    ['the run was narrowed', { parts: part(['vco-used000']) }],
    ['the run was narrowed by more than its parts', { isWhole: false }],
  ])('are not named when %s', async (_when, change) => {
    const cloud = startCloud({ estate: estate(...inUse(2)), policy: { protect } });
    expect(await cloud.run(change)).not.toHaveProperty('warnings');
    expect(warned(cloud)).toEqual([]);
  });

  test.each(['DescribeVpnConnections', 'ListTransitRouters'])('are not named when %s fails', async (action) => {
    const cloud = startCloud({
      estate: estate(...inUse(2)),
      policy: { protect, regions: [REGION, 'eu-central-1'] },
      faults: [
        { action, regionId: 'eu-central-1', times: 'always', fault: { kind: 'error', status: 403, code: 'No' } },
      ],
    });
    expect(await cloud.run()).not.toHaveProperty('warnings');
  });

  test('are a hundred at most in a log line, and a thousand in the result', async () => {
    const names = Array.from({ length: 1_100 }, (_, index) => `name-${index}`);
    const cloud = startCloud({ estate: estate(...inUse(1)), policy: { protect: { names } } });
    expect((await cloud.run()).warnings).toHaveLength(1_000);
    expect(warned(cloud)[0]?.entries).toHaveLength(100);
  });
});

test('an excepted region that the cloud does not list is a warning, and the other exceptions apply', async () => {
  const cloud = startCloud({
    estate: estate(free('old', dueTags(), FAR), ...inUse(3)),
    policy: { regions: { except: ['eu-central-1', 'cn-beijng'] } },
  });
  const result = await cloud.run();
  expect(result.regions.map(({ regionId }) => regionId)).toEqual([REGION]);
  expect(result.warnings).toEqual([
    'regions.except "cn-beijng" is not a region that the cloud lists, so it leaves nothing out',
  ]);
  expect(cloud.connectionIds()).toContain('vco-old');
});

describe('connections that an owner kept until a date', () => {
  const until = (date: string) => ({ 'vco-sweeper:keep': `until ${date}` });

  test('are protected until the end of that date, and the result lists the expired dates', async () => {
    const cloud = startCloud({
      estate: estate(
        free('kept', { ...dueTags(), ...until('2026-11-22') }),
        free('over', { ...dueTags(), ...until('2026-11-21') }),
        bound('used', until('2026-01-01')),
        ...inUse(9),
      ),
    });
    const result = await cloud.run();
    expect(result.counts).toMatchObject({ protected: 1, deleted: 1 });
    const where = { accountId: ACCOUNT, regionId: REGION };
    expect(result.lapsedKeeps).toEqual([
      { ...where, connectionId: 'vco-over', until: '2026-11-21' },
      { ...where, connectionId: 'vco-used', until: '2026-01-01' },
    ]);
    const over = result.outcomes.find(({ connectionId }) => connectionId === 'vco-over');
    expect(over?.evidence).toContain('tag vco-sweeper:keep protected it until 2026-11-21, which is over');
  });

  test('are not in the result if no date is over, or no connection with a tag is in scope', async () => {
    const cloud = startCloud({ estate: estate(free('over', until('2026-11-21')), ...inUse(2)) });
    expect(await cloud.run({ parts: part(['vco-used000']) })).not.toHaveProperty('lapsedKeeps');
    expect((await cloud.run()).lapsedKeeps).toHaveLength(1);
  });
});

describe('requested ids', () => {
  test('are in the result without an outcome if no place has them', async () => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(2)) });
    const result = await cloud.run({ parts: part(['vco-old', 'vco-none', 'vco-gone', 'vco-used000']) });
    expect(result).toMatchObject({ status: 'complete', notFound: ['vco-gone', 'vco-none'] });
    expect(result.outcomes.map(({ connectionId }) => connectionId)).toEqual(['vco-old']);
  });

  test('may belong to an unread region, and then are not reported', async () => {
    const cloud = startCloud({
      estate: estate(...inUse(2)),
      policy: { regions: [REGION, 'eu-central-1'] },
      faults: [
        {
          action: 'DescribeVpnConnections',
          regionId: 'eu-central-1',
          times: 'always',
          fault: { kind: 'error', status: 403, code: 'No' },
        },
      ],
    });
    expect(await cloud.run({ parts: part(['vco-none']) })).toMatchObject({ status: 'incomplete', notFound: [] });
    expect(await cloud.run({ parts: part(['vco-none'], [REGION]) })).toMatchObject({ notFound: ['vco-none'] });
  });

  test('have no findings if the request names no id', async () => {
    expect(await startCloud({ estate: estate(...inUse(2)) }).run()).toMatchObject({ notFound: [] });
  });
});

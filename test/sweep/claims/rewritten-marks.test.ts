import { describe, expect, test } from 'vitest';
import { ago, DAY, HOUR, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { always } from '../../support/faults.ts';
import { outcomeOf, UP } from './claim-cases.ts';

describe('a clock that this run disproved is removed even if another run rewrote the mark', () => {
  test('the clock is removed if the second run saw the connection up and its write meets another mark', async () => {
    const expires = ago(2 * HOUR);
    const cloud = startCloud({
      estate: estate(
        bound(
          'old',
          {
            'vco-sweeper:orphan': `tunnels-down ${ago(13 * DAY)}, unrouted ${ago(2 * DAY)}`,
            'vco-sweeper:seen': ago(20 * HOUR),
            'vco-sweeper:expires': expires,
          },
          UP,
        ),
        ...inUse(5),
      ),
      policy: {
        rules: { unassociated: 'off', 'tunnels-down': 14 * DAY, unrouted: 30 * DAY, expired: 30 * DAY },
        limits: { perRegionShare: 1 },
      },
    });
    // The other run listed it a moment earlier, while it was down, and rightly adds the clock of `expired`.
    const theirs = `tunnels-down ${ago(13 * DAY)}, unrouted ${ago(2 * DAY)}, expired ${new Date(NOW).toISOString()}`;
    let changed = false;
    await cloud.run({
      before: ({ action }) => {
        const row = cloud.connection('vco-old');
        if (changed || action !== 'ListTagResources' || !row) {
          return;
        }
        changed = true;
        row.tags = {
          ...row.tags,
          'vco-sweeper:orphan': theirs,
          'vco-sweeper:seen': new Date(cloud.clock.now() - 1000).toISOString(),
        };
      },
    });
    expect(changed).toBe(true);
    const mark = cloud.tags('vco-old')?.['vco-sweeper:orphan'] ?? '';
    expect(mark).not.toContain(`tunnels-down ${ago(13 * DAY)}`);
    await cloud.clock.sleep(25 * HOUR);
    Object.assign(cloud.connection('vco-old') ?? {}, down);
    const second = await cloud.run();
    expect(outcomeOf(second, 'vco-old')?.outcome).not.toBe('deleted');
    expect(cloud.connectionIds()).toContain('vco-old');
  });

  test('the clock is removed with two real runs at the same time', async () => {
    const cloud = startCloud({
      estate: estate(
        bound(
          'old',
          {
            'vco-sweeper:orphan': `tunnels-down ${ago(13 * DAY)}, unrouted ${ago(2 * DAY)}`,
            'vco-sweeper:seen': ago(20 * HOUR),
            'vco-sweeper:expires': ago(2 * HOUR),
          },
          down,
        ),
        ...inUse(5),
      ),
      policy: {
        rules: { unassociated: 'off', 'tunnels-down': 14 * DAY, unrouted: 30 * DAY, expired: 30 * DAY },
        limits: { perRegionShare: 1 },
      },
      latencyMs: 50,
    });
    // The first run listed it as down. Then it comes up, and the second run lists it before the first has written its
    // mark.
    let second: ReturnType<typeof cloud.run> | undefined;
    await cloud.run({
      after: ({ action }, reply) => {
        if (action !== 'DescribeVpnConnections' || second) {
          return reply;
        }
        Object.assign(cloud.connection('vco-old') ?? {}, UP);
        second = cloud.run();
        return reply;
      },
    });
    await second;
    const mark = cloud.tags('vco-old')?.['vco-sweeper:orphan'] ?? '';
    expect(mark).not.toContain('tunnels-down');
  });
});

describe('`seen` vouches only for tags that the run has read or written', () => {
  const seen = { 'vco-sweeper:seen': ago(20 * DAY) };
  const RESTORED: [what: string, tags: Record<string, string>][] = [
    ['an old mark', { ...seen, 'vco-sweeper:orphan': `tunnels-down ${ago(30 * DAY)}` }],
    ['an old detach note', { ...seen, 'vco-sweeper:detached': `${ago(30 * DAY)} tr-attach-old` }],
  ];
  const restore = (cloud: ReturnType<typeof startCloud>, tags: Record<string, string>) =>
    Object.assign(cloud.connection('vco-old')?.tags ?? {}, tags);

  test.each(RESTORED)('if a script restores %s just before the renewal, nothing is renewed', async (_what, tags) => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
    const result = await cloud.run({
      after: ({ action }, reply) => {
        if (action === 'DescribeVpnConnections') {
          restore(cloud, tags);
        }
        return reply;
      },
    });
    expect(outcomeOf(result, 'vco-old')?.outcome).not.toBe('deleted');
    expect(cloud.tags('vco-old')).toMatchObject(seen);
  });

  test.each(RESTORED)('if a script restores %s during a step that fails, nothing is renewed', async (_what, tags) => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [always('DeleteVpnAttachment', { kind: 'no-effect' })],
    });
    const result = await cloud.run({
      before: ({ action }) => {
        if (action === 'DeleteVpnAttachment') {
          restore(cloud, tags);
        }
      },
    });
    expect(outcomeOf(result, 'vco-old')?.outcome).toBe('failed');
    expect(cloud.tags('vco-old')).toMatchObject(tags);
  });

  test('if a script restores an old detach note just before the first mark, the run writes no mark and says so', async () => {
    const note = { ...seen, 'vco-sweeper:detached': `${ago(30 * DAY)} tr-attach-old` };
    const cloud = startCloud({ estate: estate(free('old'), ...inUse(5)) });
    const result = await cloud.run({
      after: ({ action }, reply) => {
        const row = cloud.connection('vco-old');
        if (action === 'DescribeVpnConnections' && row) {
          row.tags = { ...row.tags, ...note };
        }
        return reply;
      },
    });
    expect(cloud.tags('vco-old')).toEqual(note);
    const { outcome, reason } = outcomeOf(result, 'vco-old') ?? {};
    expect({ outcome, reason }).toEqual({
      outcome: 'unknown',
      reason: 'somebody changed its tags after they were read, so this run did not write its mark',
    });
  });
});

describe('the clock of `expired` never counts from before the expiry date', () => {
  test('an hour after an expiry date that its owner moved, a connection with a grace of a day is kept', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', { ...dueTags('expired'), 'vco-sweeper:expires': ago(HOUR) }, UP), ...inUse(5)),
      policy: { rules: { unassociated: 'off', expired: DAY } },
    });
    const result = await cloud.run();
    expect(outcomeOf(result, 'vco-old')?.outcome).not.toBe('deleted');
    expect(cloud.connectionIds()).toContain('vco-old');
  });
});

test('a clock that ends beside a stale note leaves the other clocks unchanged', async () => {
  const marks = `tunnels-down ${ago(2 * DAY)}, unrouted ${ago(DAY)}`;
  const cloud = startCloud({
    estate: estate(
      bound(
        'old',
        {
          'vco-sweeper:orphan': marks,
          'vco-sweeper:seen': ago(HOUR),
          'vco-sweeper:detached': `${ago(HOUR)} tr-attach-old`,
        },
        UP,
      ),
      ...inUse(5),
    ),
    policy: { rules: { 'tunnels-down': 14 * DAY, unrouted: 14 * DAY } },
  });
  await cloud.run();
  const { 'vco-sweeper:orphan': mark, 'vco-sweeper:detached': note } = cloud.tags('vco-old') ?? {};
  expect([mark, note]).toEqual([`unrouted ${ago(DAY).replace('.000Z', 'Z')}`, undefined]);
  const removed = cloud.emulator.calls.filter(({ action }) => action === 'UnTagResources');
  expect(removed.map(({ params }) => params['TagKey.1'])).toEqual(
    removed.map(({ params }) => (params['ResourceId.1'] === 'vco-old' ? 'vco-sweeper:detached' : params['TagKey.1'])),
  );
});

test('a mark from the future is removed even if a rule could not be decided, so that it never counts', async () => {
  const mystery = { ...down, TunnelOptions: [down, { Status: 'mystery' }] };
  const future = { 'vco-sweeper:orphan': `expired ${ago(-4 * HOUR)}`, 'vco-sweeper:seen': ago(HOUR) };
  const cloud = startCloud({
    estate: estate(bound('old', future, mystery), ...inUse(5)),
    policy: { rules: { 'tunnels-down': DAY, expired: DAY } },
  });
  expect(outcomeOf(await cloud.run(), 'vco-old')).toMatchObject({ outcome: 'unknown' });
  expect(cloud.tags('vco-old')).toEqual({});
});

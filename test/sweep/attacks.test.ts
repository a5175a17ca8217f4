import { describe, expect, test } from 'vitest';
import type { TransportCall } from '../../lib/cloud/client/transport.ts';
import type { FaultRule } from '../../lib/emulator/faults/fault-rule.ts';
import { ago, DAY, HOUR, NOW } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';
import { always, DENIED } from '../support/faults.ts';

const MINUTE = 60_000;
const up = { Status: 'ipsec_sa_established' };

describe('a sweep reads the transit routers again before it deletes an unbound connection', () => {
  const attach = (cloud: ReturnType<typeof startCloud>) => {
    if (cloud.emulator.estate.attachments.some(({ VpnId }) => VpnId === 'vco-due')) {
      return;
    }
    const [like] = cloud.emulator.estate.attachments;
    if (like === undefined) {
      throw new Error('no attachment to copy');
    }
    cloud.emulator.estate.attachments.push({
      ...like,
      TransitRouterAttachmentId: 'tr-attach-new',
      VpnId: 'vco-due',
      Status: 'Attaching',
    });
  };

  test('a connection that a transit router lists as Attaching is kept, even if the connection says that it is unbound', async () => {
    const cloud = startCloud({ estate: estate(free('due', dueTags()), ...inUse(5)) });
    const result = await cloud.run({
      before: ({ action }) => {
        if (action === 'TagResources') {
          attach(cloud);
        }
      },
    });
    expect(result.outcomes).toMatchObject([{ outcome: 'unknown' }]);
    expect(result.outcomes[0]?.reason).toContain('tr-attach-new');
    expect(cloud.connectionIds()).toContain('vco-due');
  });

  test('if the list cannot be read again, nothing is deleted', async () => {
    const cloud = startCloud({ estate: estate(free('due', dueTags()), ...inUse(5)) });
    const result = await cloud.run({
      before: ({ action }) => {
        if (action === 'TagResources') {
          cloud.emulator.setFaults([always('ListTransitRouterVpnAttachments', DENIED)]);
        }
      },
    });
    expect(result.outcomes).toMatchObject([{ outcome: 'failed', code: 'Forbidden.RAM' }]);
    expect(cloud.connectionIds()).toContain('vco-due');
  });

  test('connections that are deleted at the same time share a round', async () => {
    const orphans = Array.from({ length: 8 }, (_, index) => free(`due${index}`, dueTags()));
    const cloud = startCloud({ estate: estate(...orphans, ...inUse(20)) });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 8 });
    expect(cloud.calls().filter((call) => call.startsWith('ListTransitRouterVpnAttachments'))).toHaveLength(2);
  });
});

describe('reads that lag behind writes', () => {
  test.each([100, 2_000, 20_000])(
    'if tags show %i ms after the write, a single run deletes all due connections',
    async (lagMs) => {
      const cloud = startCloud({
        estate: estate(
          free('due', dueTags()),
          bound('old', dueTags('tunnels-down'), down),
          free('new'),
          bound('back', dueTags(), up),
          ...inUse(7),
        ),
        policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
        behaviours: { tagReadLagMs: lagMs },
        latencyMs: 20,
      });
      const result = await cloud.run();
      expect(result).toMatchObject({ status: 'complete', counts: { deleted: 2, marked: 1, cleared: 1, failed: 0 } });
    },
  );

  test('a tag that does not show within wait.tagTimeout is failed', async () => {
    const cloud = startCloud({ estate: estate(free('new'), ...inUse(5)), behaviours: { tagReadLagMs: HOUR } });
    expect((await cloud.run()).outcomes).toMatchObject([{ outcome: 'failed', code: 'TagNotReadBack' }]);
    expect(cloud.clock.now() - NOW).toBeLessThanOrEqual(31_000);
  });
});

describe('a stuck connection never blocks the other connections', () => {
  const stuck = (action: string, fault: FaultRule['fault'], match: FaultRule['match']) => always(action, fault, match);
  const ID = { VpnConnectionId: 'vco-stuck' };

  test.each<[string, FaultRule]>([
    ['answers 500', stuck('DeleteVpnAttachment', { kind: 'error', status: 500, code: 'ServiceUnavailable' }, ID)],
    ['answers InternalError', stuck('DeleteVpnAttachment', { kind: 'error', status: 400, code: 'InternalError' }, ID)],
    ['answers Success:false', stuck('DeleteVpnAttachment', { kind: 'success-false' }, ID)],
    ['has no effect', stuck('DeleteVpnAttachment', { kind: 'no-effect' }, ID)],
  ])('whose delete %s, with perRun 1', async (_how, fault) => {
    const cloud = startCloud({
      estate: estate(
        free('stuck', { ...dueTags(), 'vco-sweeper:orphan': `unassociated ${ago(9 * DAY)}` }),
        free('one', dueTags()),
        free('two', dueTags()),
        ...inUse(5),
      ),
      policy: { limits: { perRun: 1 } },
      faults: [fault],
    });
    for (let night = 0; night < 5; night += 1) {
      await cloud.run();
      await cloud.clock.sleep(DAY);
    }
    expect(cloud.connectionIds()).not.toContain('vco-one');
    expect(cloud.connectionIds()).not.toContain('vco-two');
    expect(cloud.tags('vco-stuck')?.['vco-sweeper:seen']).toMatch(/^\S+ tried \S+$/);
  });

  test('a half-done connection, or a connection whose detach has no effect, blocks no other connection', async () => {
    const cloud = startCloud({
      estate: estate(
        bound('stuck', dueTags('tunnels-down'), down),
        free('half', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x` }),
        free('one', dueTags()),
        ...inUse(5),
      ),
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY }, limits: { perRun: 1 } },
      faults: [
        stuck(
          'DeleteTransitRouterVpnAttachment',
          { kind: 'no-effect' },
          {
            TransitRouterAttachmentId: 'tr-attach-stuck',
          },
        ),
        stuck('DeleteVpnAttachment', { kind: 'no-effect' }, { VpnConnectionId: 'vco-half' }),
      ],
    });
    for (let night = 0; night < 3; night += 1) {
      await cloud.run();
      await cloud.clock.sleep(DAY);
    }
    expect(cloud.connectionIds()).not.toContain('vco-one');
  });
});

describe('each rule has its own clock', () => {
  test('a rule that starts and stops matching never restarts the clock of another rule', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', {}, { ...down, CreateTime: NOW - 99 * DAY }), ...inUse(5)),
      policy: {
        rules: { 'tunnels-down': 2 * DAY, unrouted: 3 * DAY },
        // All connections are unrouted here.
        limits: { perRun: 0, perRegionShare: 1 },
      },
    });
    for (let night = 0; night < 4; night += 1) {
      Object.assign(cloud.connection('vco-old') ?? {}, { Status: night % 2 === 0 ? down.Status : up.Status });
      await cloud.run();
      await cloud.clock.sleep(DAY);
    }
    const outcome = (await cloud.run()).outcomes.find(({ connectionId }) => connectionId === 'vco-old');
    expect(outcome).toMatchObject({ outcome: 'deferred', rule: 'unrouted' });
    expect(Date.parse(outcome?.since ?? '')).toBeLessThan(NOW + MINUTE);
  });
});

describe('half-done for longer than marks.maxGap', () => {
  test.each<[string, FaultRule[], number]>([
    ['its delete is denied for four days', [always('DeleteVpnAttachment', DENIED)], 20],
    ['perRun is 0 for four days', [], 0],
  ])('while %s, it is finished as soon as possible', async (_why, faults, perRun) => {
    const cloud = startCloud({
      estate: estate(free('half', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x` }), ...inUse(5)),
      policy: { rules: { unassociated: 'off' }, limits: { perRun } },
      faults,
    });
    for (let night = 0; night < 5; night += 1) {
      await cloud.run();
      await cloud.clock.sleep(DAY);
    }
    cloud.emulator.setFaults([]);
    const policy = { ...cloud.policy, limits: { ...cloud.policy.limits, perRun: 1 } };
    expect((await cloud.run({ policy })).outcomes).toMatchObject([{ outcome: 'deleted', rule: 'half-done' }]);
  });

  test('if no run saw it for that long, it is treated as any other connection, and its note is removed', async () => {
    const cloud = startCloud({
      estate: estate(free('half', { 'vco-sweeper:detached': `${ago(4 * DAY)} tr-attach-x` }), ...inUse(5)),
    });
    expect((await cloud.run()).outcomes).toMatchObject([{ outcome: 'marked', rule: 'unassociated' }]);
    expect(cloud.tags('vco-half')).not.toHaveProperty('vco-sweeper:detached');
  });
});

describe('no room for tags', () => {
  const owners = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, 'x']));

  test.each([
    ['unbound', 20, { build: free, more: {}, over: 2 }],
    ['unbound', 19, { build: free, more: {}, over: 1 }],
    ['bound', 18, { build: bound, more: down, over: 1 }],
    ['bound', 20, { build: bound, more: down, over: 3 }],
  ] as const)(
    'an orphan that is %s and has %i tags is blocked in every mode, and nothing is written',
    async (_kind, count, { build, more, over }) => {
      for (const mode of ['plan', 'mark', 'sweep'] as const) {
        const cloud = startCloud({
          estate: estate(build('full', owners(count), more), ...inUse(5)),
          policy: { mode, rules: { unassociated: DAY, 'tunnels-down': DAY } },
        });
        const result = await cloud.run();
        expect(result).toMatchObject({ status: 'complete', outcomes: [{ outcome: 'blocked', code: null }] });
        expect(result.outcomes[0]?.reason).toContain(`Remove ${over} of its own tags`);
        expect(cloud.writes()).toEqual([]);
      }
    },
  );

  test('an orphan with just enough room for tags is marked and deleted', async () => {
    const cloud = startCloud({
      estate: estate(bound('full', { ...owners(17), ...dueTags('tunnels-down') }, down), ...inUse(5)),
      policy: { rules: { 'tunnels-down': DAY } },
    });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1 });
  });
});

test('no tag call has more than 20 connections', async () => {
  const sizes: number[] = [];
  const note = ({ action, params }: TransportCall) => {
    if (/Tag/.test(action)) {
      sizes.push((params.ResourceId as readonly string[]).length);
    }
  };
  const many = Array.from({ length: 45 }, (_, index) => free(`new${index}`));
  const back = Array.from({ length: 45 }, (_, index) => bound(`back${index}`, dueTags(), up));
  const cloud = startCloud({ estate: estate(...many, ...back) });
  cloud.emulator.setFaults([always('DescribeVpnConnections', { kind: 'drop-field', field: 'Tag' })]);
  const result = await cloud.run({ before: note });
  expect(result.counts).toMatchObject({ marked: 45, cleared: 45 });
  expect(Math.max(...sizes)).toBe(20);
});

test('a dual-tunnel connection without a status of its own is judged by its two tunnels', async () => {
  const tunnels = [{ Status: 'ike_sa_not_established' }, { Status: 'ike_sa_not_established' }];
  const cloud = startCloud({
    estate: estate(bound('old', dueTags('tunnels-down'), { TunnelOptions: tunnels }), ...inUse(5)),
    policy: { rules: { 'tunnels-down': DAY } },
  });
  const result = await cloud.run({
    after: ({ action }, reply) => {
      if (action === 'DescribeVpnConnections') {
        const { VpnConnection } = (reply.body as { VpnConnections: { VpnConnection: { Status?: string }[] } })
          .VpnConnections;
        for (const row of VpnConnection) {
          delete row.Status;
        }
      }
      if (action === 'DescribeVpnConnection') {
        delete (reply.body as { Status?: string }).Status;
      }
      return reply;
    },
  });
  // The other connections have a single tunnel, whose status is the status of the connection.
  expect(result.counts).toMatchObject({ deleted: 1, unknown: 5 });
});

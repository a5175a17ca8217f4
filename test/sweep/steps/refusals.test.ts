import { describe, expect, test } from 'vitest';
import { ago, DAY } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse, routed } from '../../support/estates.ts';

const TUNNELS_DOWN = { rules: { unassociated: DAY, 'tunnels-down': DAY } } as const;

describe('a refusal of the cloud', () => {
  test('a detach is blocked while route tables use the attachment, and the detach note is removed', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
        ...routed('old'),
      },
      policy: TUNNELS_DOWN,
    });
    const result = await cloud.run();
    expect(result.status).toBe('complete');
    expect(result.outcomes[0]).toMatchObject({
      outcome: 'blocked',
      code: 'OperationFailed.RouteTableAssociationExist',
    });
    expect(cloud.tags('vco-old')).not.toHaveProperty('vco-sweeper:detached');
    expect(cloud.connectionIds()).toContain('vco-old');
  });

  test('the detach note of a refused detach is removed although a lagging list does not show the connection', async () => {
    const names = ['one', 'two', 'three'];
    const cloud = startCloud({
      estate: estate(...names.map((name) => bound(name, dueTags('tunnels-down'), down)), ...inUse(8)),
      policy: TUNNELS_DOWN,
      faults: [
        {
          action: 'DeleteTransitRouterVpnAttachment',
          times: 'always',
          fault: { kind: 'error', status: 400, code: 'OperationFailed.RouteTableAssociationExist' },
        },
      ],
    });
    let isRefused = false;
    const result = await cloud.run({
      after: ({ action }, reply) => {
        isRefused ||= action === 'DeleteTransitRouterVpnAttachment';
        if (action !== 'DescribeVpnConnections' || !isRefused) {
          return reply;
        }
        const { VpnConnections, ...body } = reply.body as { VpnConnections: { VpnConnection: { Name: string }[] } };
        const shown = VpnConnections.VpnConnection.filter(({ Name }) => !names.includes(Name));
        return { ...reply, body: { ...body, TotalCount: shown.length, VpnConnections: { VpnConnection: shown } } };
      },
    });
    expect(result.counts.blocked).toBe(3);
    for (const name of names) {
      expect(cloud.tags(`vco-${name}`)).not.toHaveProperty('vco-sweeper:detached');
    }
  });

  test('with detach.force, the sweep also removes the attachment from the route tables', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
        ...routed('old'),
      },
      policy: { ...TUNNELS_DOWN, detach: { force: true } },
    });
    expect((await cloud.run()).counts.deleted).toBe(1);
  });

  test('a blocked connection leaves its place in the run to the next connection', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(
          bound('first', { ...dueTags('tunnels-down'), 'vco-sweeper:orphan': `tunnels-down ${ago(9 * DAY)}` }, down),
          free('second', dueTags()),
          ...inUse(8),
        ),
        ...routed('first'),
      },
      policy: { ...TUNNELS_DOWN, limits: { perRun: 1 } },
    });
    expect((await cloud.run()).counts).toMatchObject({ blocked: 1, deleted: 1, deferred: 0 });
  });

  test('a locked connection is blocked, and nothing is sent', async () => {
    const cloud = startCloud({ estate: estate(free('locked', dueTags(), { State: 'financialLocked' }), ...inUse(5)) });
    const result = await cloud.run();
    expect(result.counts).toMatchObject({ blocked: 1 });
    expect(cloud.writes().filter((call) => call.startsWith('Delete'))).toEqual([]);
  });

  test('a busy connection is tried again, and is deleted', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [
        {
          action: 'DeleteVpnAttachment',
          times: 2,
          fault: { kind: 'error', status: 400, code: 'VpnConnection.Configuring' },
        },
      ],
    });
    expect((await cloud.run()).counts.deleted).toBe(1);
    const tokens = cloud.emulator.calls
      .filter(({ action }) => action === 'DeleteVpnAttachment')
      .map(({ params }) => params.ClientToken);
    expect(new Set(tokens).size).toBe(3);
  });

  test('a delete that is always throttled fails at once, because it certainly did nothing', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [{ action: 'DeleteVpnAttachment', times: 'always', fault: { kind: 'throttle' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'Throttling.User' });
    // The run notes the failed step, so that the next run works on other connections first.
    expect(cloud.calls().slice(-3)).toEqual([
      'DeleteVpnAttachment vco-old',
      'ListTagResources vco-old',
      'TagResources vco-old',
    ]);
  });

  test('a delete without permission is failed, with the code', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [
        {
          action: 'DeleteVpnAttachment',
          times: 'always',
          fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' },
        },
      ],
    });
    const result = await cloud.run();
    expect(result.status).toBe('incomplete');
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'Forbidden.RAM' });
  });
});

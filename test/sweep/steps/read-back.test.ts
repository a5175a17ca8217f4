import { describe, expect, test } from 'vitest';
import { DAY, NOW, REGION } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

const TUNNELS_DOWN = { rules: { unassociated: DAY, 'tunnels-down': DAY } } as const;

describe('a run claims only effects that it has read back', () => {
  test('a delete that is accepted and has no effect is failed, not deleted', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [{ action: 'DeleteVpnAttachment', times: 'always', fault: { kind: 'no-effect' } }],
    });
    const result = await cloud.run();
    expect(result.status).toBe('incomplete');
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'DeleteTimeout' });
    expect(cloud.lines.map(({ event }) => event)).not.toContain('delete.done');
  });

  test('a delete that is answered with Success:false is failed', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [{ action: 'DeleteVpnAttachment', times: 'always', fault: { kind: 'success-false' } }],
    });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 0, failed: 1 });
  });

  test('a detach that is accepted and gets stuck is failed, and its connection is not deleted', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: TUNNELS_DOWN,
      faults: [{ action: 'DeleteTransitRouterVpnAttachment', times: 'always', fault: { kind: 'stuck-detach' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'DetachTimeout' });
    expect(cloud.writes().filter((call) => call.startsWith('DeleteVpnAttachment'))).toEqual([]);
    expect(cloud.tags('vco-old')).toHaveProperty('vco-sweeper:detached');
  });

  test('a delete whose answer was lost is looked for, and counts once the connection is gone', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [{ action: 'DeleteVpnAttachment', fault: { kind: 'reset', when: 'after' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deleted' });
  });

  test.each([
    ['while it is being detached', 3],
    ['once it is detached', 0],
  ])('a detach whose answer was lost is not sent again, if a reading comes %s', async (_when, detachPolls) => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { 'tunnels-down': DAY } },
      behaviours: { detachPolls },
      faults: [{ action: 'DeleteTransitRouterVpnAttachment', fault: { kind: 'reset', when: 'after' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deleted' });
    expect(cloud.writes().filter((call) => call.startsWith('DeleteTransitRouterVpnAttachment'))).toHaveLength(1);
  });

  test('a connection that is gone before anything was sent is already-gone', async () => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)), behaviours: { deleteReads: 0 } });
    const result = await cloud.run({
      before: ({ action }) => {
        const { vpnConnections } = cloud.emulator.estate;
        const index = vpnConnections.findIndex(({ VpnConnectionId }) => VpnConnectionId === 'vco-old');
        if (action === 'DescribeVpnConnection' && index >= 0) {
          vpnConnections.splice(index, 1);
        }
      },
    });
    expect(result.outcomes[0]).toMatchObject({ outcome: 'already-gone' });
    expect(cloud.writes().filter((call) => call.startsWith('Delete'))).toEqual([]);
  });

  test('a connection that somebody deletes just before its detach note is written is already-gone', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { 'tunnels-down': DAY } },
    });
    const result = await cloud.run({
      before: ({ action, params }) => {
        const { vpnConnections } = cloud.emulator.estate;
        if (action === 'TagResources' && JSON.stringify(params).includes('vco-sweeper:detached')) {
          vpnConnections.splice(0, 1);
        }
      },
    });
    expect(cloud.connectionIds()).not.toContain('vco-old');
    expect(result).toMatchObject({ status: 'complete', outcomes: [{ outcome: 'already-gone' }] });
    expect(cloud.writes().filter((call) => call.startsWith('Delete'))).toEqual([]);
  });

  test('a connection that is in use at the last recheck, and deleted before its mark is removed, is already-gone', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { 'tunnels-down': DAY } },
    });
    const result = await cloud.run({
      before: ({ action }) => {
        const { vpnConnections } = cloud.emulator.estate;
        if (action === 'DescribeVpnConnection') {
          Object.assign(cloud.connection('vco-old') ?? {}, { Status: 'ipsec_sa_established' });
        }
        if (action === 'UnTagResources') {
          vpnConnections.splice(0, 1);
        }
      },
    });
    expect(cloud.connectionIds()).not.toContain('vco-old');
    expect(result).toMatchObject({ status: 'complete', outcomes: [{ outcome: 'already-gone' }] });
  });

  test('a mark counts from the moment at which it is written, and not from the earlier judgement', async () => {
    const cloud = startCloud({
      estate: estate(free('new'), ...inUse(5)),
      policy: { regions: [REGION, 'eu-central-1'] },
      faults: [
        {
          action: 'DescribeVpnConnections',
          match: { RegionId: 'eu-central-1' },
          fault: { kind: 'error', status: 503, code: 'ServiceUnavailable' },
        },
      ],
    });
    let lastAskedMs = 0;
    await cloud.run({
      before: ({ action, params }) => {
        if (action === 'DescribeVpnConnections' && params.RegionId !== REGION) {
          lastAskedMs = cloud.clock.now();
        }
      },
    });
    const [, since = ''] = (cloud.tags('vco-new')?.['vco-sweeper:orphan'] ?? '').split(' ');
    expect(lastAskedMs).toBeGreaterThan(NOW + 100);
    expect(Date.parse(since)).toBeGreaterThanOrEqual(lastAskedMs);
  });

  test('a run does not claim a mark that does not show', async () => {
    const cloud = startCloud({
      estate: estate(free('new'), ...inUse(5)),
      faults: [{ action: 'TagResources', times: 'always', fault: { kind: 'no-effect' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'TagNotReadBack' });
    expect(cloud.lines.map(({ event }) => event)).not.toContain('mark.set');
  });
});

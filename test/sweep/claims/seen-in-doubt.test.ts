import { describe, expect, test } from 'vitest';
import { ACCOUNT, ago, DAY, HOUR, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, inUse } from '../../support/estates.ts';
import { always } from '../../support/faults.ts';
import { night, outcomeOf, UP } from './claim-cases.ts';

describe('a run in doubt uses everything it saw', () => {
  test('the clock of an expiry ends if its owner moves the date while the association is in doubt', async () => {
    // It expired eight days ago, and the grace is nine days. During a single night, it is in doubt and its date is in the future.
    const cloud = startCloud({
      estate: estate(
        bound(
          'old',
          {
            'vco-sweeper:orphan': `expired ${ago(8 * DAY)}`,
            'vco-sweeper:seen': ago(HOUR),
            'vco-sweeper:expires': new Date(NOW + HOUR).toISOString(),
          },
          { ...UP, State: 'active' },
        ),
        ...inUse(5),
      ),
      policy: { rules: { unassociated: 'off', expired: 9 * DAY } },
    });
    await cloud.run();
    expect(cloud.tags('vco-old') ?? {}).not.toHaveProperty('vco-sweeper:orphan');
  });

  test('a connection that is bound again to an unreadable transit router loses note and mark', async () => {
    const OTHER = '2000000000000002';
    const cloud = startCloud({
      estate: {
        accounts: [{ accountId: ACCOUNT }, { accountId: OTHER }],
        transitRouters: [{ TransitRouterId: 'tr-1' }, { TransitRouterId: 'tr-far', accountId: OTHER }],
        ...estate(
          bound(
            'back',
            { 'vco-sweeper:detached': `${ago(20 * HOUR)} tr-attach-old`, ...dueTags('tunnels-down') },
            { ...UP, TransitRouterId: 'tr-far' },
          ),
          ...inUse(5),
        ),
      },
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
    });
    expect(outcomeOf(await cloud.run(), 'vco-back')).toMatchObject({ outcome: 'unknown' });
    expect(cloud.tags('vco-back')).not.toHaveProperty('vco-sweeper:detached');
    // It was up, and the run saw that. The next day its owner unbinds it to move it.
    await night(cloud);
    const { attachments } = cloud.emulator.estate;
    attachments.splice(
      attachments.findIndex(({ VpnId }) => VpnId === 'vco-back'),
      1,
    );
    const row = cloud.connection('vco-back');
    if (row) {
      Object.assign(row, { AttachType: 'NO_ASSOCIATED', State: 'init', CrossAccountAuthorized: false, ...down });
      delete (row as Record<string, unknown>).TransitRouterId;
    }
    const second = await cloud.run();
    expect(outcomeOf(second, 'vco-back')).toMatchObject({ outcome: 'marked' });
    expect(cloud.connectionIds()).toContain('vco-back');
  });

  test.each(['Name', 'CreateTime'])(
    'the clock of tunnels-down ends when a tunnel is up in a reply without %s',
    async (field) => {
      const cloud = startCloud({
        estate: estate(
          bound(
            'old',
            { 'vco-sweeper:orphan': `tunnels-down ${ago(14 * DAY)}`, 'vco-sweeper:seen': ago(20 * HOUR) },
            UP,
          ),
          ...inUse(5),
        ),
        policy: { rules: { unassociated: DAY, 'tunnels-down': 14 * DAY }, protect: { names: ['prod-*'] } },
        faults: [always('DescribeVpnConnections', { kind: 'drop-field', field })],
      });
      expect(outcomeOf(await cloud.run(), 'vco-old')).toMatchObject({ outcome: 'unknown' });
      await cloud.clock.sleep(20 * HOUR);
      cloud.emulator.setFaults([]);
      Object.assign(cloud.connection('vco-old') ?? {}, down);
      await cloud.run();
      expect(cloud.connectionIds()).toContain('vco-old');
    },
  );
});

describe('a change at the last recheck', () => {
  test('the clock of another rule continues when a tunnel is up at the last recheck', async () => {
    const cloud = startCloud({
      estate: estate(
        bound(
          'old',
          {
            'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}, unrouted ${ago(20 * DAY)}`,
            'vco-sweeper:seen': ago(20 * HOUR),
          },
          down,
        ),
        ...inUse(5),
      ),
      policy: {
        rules: { unassociated: 'off', 'tunnels-down': DAY, unrouted: 30 * DAY },
        limits: { perRegionShare: 1 },
      },
    });
    const result = await cloud.run({
      before: ({ action, params }) => {
        if (action === 'TagResources' && JSON.stringify(params).includes('vco-sweeper:detached')) {
          Object.assign(cloud.connection('vco-old') ?? {}, UP);
        }
      },
    });
    expect(result.counts.deleted).toBe(0);
    expect(cloud.tags('vco-old')?.['vco-sweeper:orphan'] ?? '').toContain('unrouted 2026-11-02T12:00:00');
  });

  test('the clock of tunnels-down ends when a tunnel is up at the last recheck, in a reply without a name', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { unassociated: 'off', 'tunnels-down': DAY }, protect: { names: ['prod-*'] } },
    });
    await cloud.run({
      before: ({ action, params }) => {
        if (action !== 'TagResources' || !JSON.stringify(params).includes('vco-sweeper:detached')) {
          return;
        }
        Object.assign(cloud.connection('vco-old') ?? {}, UP);
        cloud.emulator.setFaults([
          always('DescribeVpnConnections', { kind: 'drop-field', field: 'Name' }),
          always('DescribeVpnConnection', { kind: 'drop-field', field: 'Name' }),
        ]);
      },
    });
    cloud.emulator.setFaults([]);
    Object.assign(cloud.connection('vco-old') ?? {}, down);
    await cloud.clock.sleep(HOUR);
    await cloud.run();
    expect(cloud.connectionIds()).toContain('vco-old');
  });
});

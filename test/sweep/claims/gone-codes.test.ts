import { describe, expect, test } from 'vitest';
import { DAY } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { always } from '../../support/faults.ts';
import { outcomeOf } from './claim-cases.ts';

describe('a 404 that is not about the connection is an error', () => {
  test.each(['InvalidCustomerGatewayInstanceId.NotFound', 'InvalidResourceGroup.NotFound', 'SecurityToken.NotFound'])(
    '%s in the read-back of a deletion does not prove that the connection is gone',
    async (code) => {
      const cloud = startCloud({
        estate: estate(free('due', dueTags()), ...inUse(5)),
        faults: [always('DeleteVpnAttachment', { kind: 'no-effect' })],
      });
      const result = await cloud.run({
        before: ({ action }) => {
          if (action === 'DeleteVpnAttachment') {
            cloud.emulator.setFaults([
              always('DeleteVpnAttachment', { kind: 'no-effect' }),
              always('DescribeVpnConnection', { kind: 'error', status: 404, code }),
            ]);
          }
        },
      });
      expect(cloud.connectionIds()).toContain('vco-due');
      expect(outcomeOf(result, 'vco-due')?.outcome).not.toBe('deleted');
    },
  );
});

describe('a 404 about something else', () => {
  const CODES = ['InvalidProduct.NotFound', 'InvalidAction.NotFound', 'InvalidRegionId.NotFound', 'Product.NotFound'];
  const ACTIONS = [
    ...['DescribeVpnConnection', 'DeleteVpnAttachment', 'DeleteTransitRouterVpnAttachment'],
    ...['ListTransitRouterVpnAttachments', 'TagResources', 'ListTagResources', 'UnTagResources'],
  ];

  test.each(ACTIONS.flatMap((action) => CODES.map((code): [string, string] => [action, code])))(
    'the answer of %s, %s, does not make a connection gone',
    async (action, code) => {
      const cloud = startCloud({
        estate: estate(free('due', dueTags()), bound('down', dueTags('tunnels-down'), down), ...inUse(5)),
        policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
      });
      const fault = always(action, { kind: 'error', status: 404, code });
      const result = await cloud.run({
        // Begins with the first write, so that the reads for the verdicts succeed.
        before: (call) => {
          if (/^(Tag|Delete)/.test(call.action)) {
            cloud.emulator.setFaults([fault]);
          }
        },
      });
      const claimed = result.outcomes.filter(({ outcome }) => outcome === 'deleted' || outcome === 'already-gone');
      const left = cloud.connectionIds();
      expect(claimed.filter(({ connectionId }) => left.includes(connectionId))).toEqual([]);
      expect(result.status).toBe(claimed.length === 2 ? 'complete' : 'incomplete');
    },
  );
});

describe('a connection that its owner deletes between the tag and its read-back', () => {
  test('ends as already-gone, and not as failed', async () => {
    const cloud = startCloud({ estate: estate(free('new'), ...inUse(5)) });
    const result = await cloud.run({
      before: ({ action }) => {
        if (action !== 'ListTagResources') {
          return;
        }
        const all = cloud.emulator.estate.vpnConnections;
        const at = all.findIndex(({ VpnConnectionId }) => VpnConnectionId === 'vco-new');
        if (at >= 0) {
          all.splice(at, 1);
        }
      },
    });
    expect(result).toMatchObject({ status: 'complete', outcomes: [{ outcome: 'already-gone' }] });
  });
});

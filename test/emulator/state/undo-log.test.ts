import { expect, test } from 'vitest';
import { aCloud, REGION } from '../emulator-support.ts';

const ID = 'vco-1';
const ATTACHMENT = 'tr-attach-1';

/** Without the number of reads that a change still waits for, which no reply shows. */
const shownOf = (estate: object): string => JSON.stringify(estate, (key, value) => (key === 'polls' ? null : value));

test('the number of changes grows whenever the estate changes, and a plain read leaves it alone', async () => {
  const { emulator, vpc, cbn, clock } = aCloud({
    transitRouters: [{ TransitRouterId: 'tr-1', RegionId: REGION }],
    vpnConnections: [{ VpnConnectionId: ID, regionId: REGION, TransitRouterId: 'tr-1' }],
  });
  emulator.setBehaviours({ detachPolls: 1, deleteReads: 1 });
  const tags = { RegionId: REGION, ResourceType: 'VPNATTACHMENT', 'ResourceId.1': ID };
  const list = () => vpc('DescribeVpnConnections', { RegionId: REGION });
  const calls = [
    list,
    () => vpc('TagResources', { ...tags, 'Tag.1.Key': 'a', 'Tag.1.Value': '1' }),
    () => vpc('UnTagResources', { ...tags, 'TagKey.1': 'a' }),
    list,
    () => cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: ATTACHMENT }),
    ...Array.from({ length: 4 }, () => () => {
      clock.ms += 60_000;
      return cbn('ListTransitRouterVpnAttachments', { RegionId: REGION, TransitRouterId: 'tr-1' });
    }),
    list,
    () => vpc('DeleteVpnAttachment', { RegionId: REGION, VpnConnectionId: ID }),
    list,
    list,
    list,
  ];

  const seen: { readonly hasChanged: boolean; readonly hasCounted: boolean }[] = [];
  for (const call of calls) {
    const before = { text: shownOf(emulator.estate), changes: emulator.changes };
    await call();
    const hasChanged = shownOf(emulator.estate) !== before.text;
    seen.push({ hasChanged, hasCounted: emulator.changes > before.changes });
  }

  expect(seen.filter(({ hasChanged }) => hasChanged).length).toBeGreaterThanOrEqual(5);
  expect(seen.filter(({ hasChanged, hasCounted }) => hasChanged !== hasCounted)).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../../lib/emulator/faults/fault-rule.ts';
import { ago, DAY, HOUR } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { always } from '../../support/faults.ts';
import { night } from './claim-cases.ts';

const MINUTE = 60_000;

describe('a stuck connection that outlasts the function never blocks the other connections', () => {
  test.each<[string, FaultRule, number]>([
    [
      'detach',
      always(
        'DeleteTransitRouterVpnAttachment',
        { kind: 'no-effect' },
        { TransitRouterAttachmentId: 'tr-attach-stuck' },
      ),
      9 * MINUTE,
    ],
    ['delete', always('DeleteVpnAttachment', { kind: 'no-effect' }, { VpnConnectionId: 'vco-gone' }), 4 * MINUTE],
  ])('the other connection is deleted even if a %s has no effect', async (what, fault, timeMs) => {
    const cloud = startCloud({
      estate: estate(
        what === 'detach'
          ? bound('stuck', { ...dueTags('tunnels-down'), 'vco-sweeper:orphan': `tunnels-down ${ago(9 * DAY)}` }, down)
          : free('gone', { ...dueTags(), 'vco-sweeper:orphan': `unassociated ${ago(9 * DAY)}` }),
        free('one', dueTags()),
        ...inUse(5),
      ),
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY }, limits: { perRun: 1 } },
      faults: [fault],
    });
    for (let nights = 0; nights < 8; nights += 1) {
      await cloud.run({ deadlineMs: cloud.clock.now() + timeMs });
      await night(cloud);
    }
    expect(cloud.connectionIds()).not.toContain('vco-one');
  });
});

describe('a half-done connection without room for the tag seen', () => {
  test('does not block the other connections while its delete has no effect', async () => {
    const owners = Object.fromEntries(Array.from({ length: 19 }, (_, index) => [`t${index}`, 'x']));
    const cloud = startCloud({
      estate: estate(
        free('half', { ...owners, 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x` }),
        free('one', dueTags()),
        ...inUse(5),
      ),
      policy: { limits: { perRun: 1 }, marks: { maxGapMs: 14 * DAY } },
      faults: [always('DeleteVpnAttachment', { kind: 'no-effect' }, { VpnConnectionId: 'vco-half' })],
    });
    for (let nights = 0; nights < 8; nights += 1) {
      await cloud.run();
      await night(cloud);
    }
    expect(cloud.connectionIds()).not.toContain('vco-one');
  });
});

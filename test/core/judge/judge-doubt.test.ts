import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import {
  aConnection,
  ago,
  anAttachment,
  aPolicy,
  DAY,
  HOUR,
  judgeOne,
  NOW,
  tagged,
  witnesses,
} from '../../support/builders.ts';

describe('in every state of a connection', () => {
  const tag = fc.record(
    {
      'vco-sweeper:orphan': fc.constantFrom(`unassociated ${ago(2 * DAY)}`, `tunnels-down ${ago(2 * DAY)}`, 'x'),
      'vco-sweeper:seen': fc.constantFrom(ago(HOUR), ago(9 * DAY), 'x'),
      'vco-sweeper:keep': fc.constantFrom('', 'false'),
      'vco-sweeper:expires': fc.constantFrom('2026-11-01', '2027-01-01', 'x'),
      'vco-sweeper:detached': fc.constantFrom(`${ago(HOUR)} tr-attach-1`, 'x'),
    },
    { requiredKeys: [] },
  );
  const connection = fc
    .record({
      attachType: fc.constantFrom<Connection['attachType']>('CEN', 'NO_ASSOCIATED', 'VPNGW', 'missing', 'unknown'),
      state: fc.constantFrom<Connection['state']>(
        'init',
        'attached',
        'detaching',
        'financialLocked',
        'active',
        'unknown',
      ),
      status: fc.constantFrom<Connection['status']>('ipsec_sa_established', 'ike_sa_not_established', 'unknown'),
      transitRouterId: fc.constantFrom('tr-1', 'tr-foreign', undefined),
      createdAtMs: fc.constantFrom(NOW - 100 * DAY, NOW - HOUR, undefined),
      crossAccount: fc.boolean(),
      tags: fc.oneof(
        fc.constant('unread' as const),
        tag.map((tags) => tagged(tags as Record<string, string>)),
      ),
    })
    .map((change) => aConnection(change));
  const held = fc.constantFrom(
    witnesses(),
    witnesses([anAttachment()]),
    witnesses([anAttachment({ status: 'Detaching' })]),
  );
  const policy = fc.constantFrom(
    aPolicy(),
    aPolicy({ rules: { unassociated: 0, 'tunnels-down': 0, unrouted: DAY, expired: 0 } }),
    aPolicy({ rules: { unassociated: DAY, 'tunnels-down': DAY, unrouted: 'off', expired: DAY } }),
  );

  test('losing sight of a field or a witness never makes a connection due', () => {
    fc.assert(
      fc.property(connection, held, policy, fc.nat(5), (before, witnessed, rules, pick) => {
        const blur: Partial<Connection>[] = [
          { tags: 'unread' },
          { attachType: 'unknown' },
          { attachType: 'missing' },
          { state: 'unknown' },
          { createdAtMs: undefined },
          {},
        ];
        const after = judgeOne({ ...before, ...blur[pick] }, rules, {
          witnesses: pick === 5 ? { ...witnessed, unreadOwners: ['2'] } : witnessed,
        });
        const was = judgeOne(before, rules, { witnesses: witnessed });
        if (after.isDue) {
          expect(was.isDue).toBe(true);
        }
        if (pick < 5) {
          expect(after.isDue).toBe(false);
        }
      }),
    );
  });

  test('more protection never deletes more connections', () => {
    fc.assert(
      fc.property(connection, held, policy, (before, witnessed, rules) => {
        const guarded = { ...rules, protect: { ...rules.protect, connections: ['vco-1'] } };
        expect(judgeOne(before, guarded, { witnesses: witnessed }).isDue).toBe(false);
      }),
    );
  });

  test('a bound connection is due only if the verdict names the attachment', () => {
    fc.assert(
      fc.property(connection, policy, (before, rules) => {
        const verdict = judgeOne(before, rules, { witnesses: witnesses([anAttachment()]) });
        if (verdict.isDue) {
          expect(verdict.attachment?.attachmentId).toBe('tr-attach-1');
        }
      }),
    );
  });
});

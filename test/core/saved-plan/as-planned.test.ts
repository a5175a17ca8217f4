import { describe, expect, test } from 'vitest';
import { whyNotAsPlanned } from '../../../lib/core/saved-plan/as-planned.ts';
import type { PlanEntry } from '../../../lib/core/saved-plan/saved-plan.ts';
import {
  ACCOUNT,
  aBoundConnection,
  aConnection,
  ago,
  anAttachment,
  aPolicy,
  DAY,
  HOUR,
  judgeOne,
  REGION,
  tagged,
  witnesses,
} from '../../support/builders.ts';
import { dueTags } from '../../support/estates.ts';

const policy = aPolicy({ rules: { unassociated: DAY, 'tunnels-down': DAY, expired: 0 } });
const SINCE = ago(2 * DAY);
const entry = (change: Partial<PlanEntry> = {}): PlanEntry => ({
  connectionId: 'vco-1',
  accountId: ACCOUNT,
  regionId: REGION,
  rule: 'unassociated',
  since: SINCE,
  attachmentId: null,
  evidence: [],
  ...change,
});
const ofBound = entry({ rule: 'tunnels-down', attachmentId: 'tr-attach-1' });
const free = (tags: Record<string, string>) => judgeOne(aConnection({ tags: tagged(tags) }), policy);
const bound = (tags: Record<string, string>) => judgeOne(aBoundConnection({ tags: tagged(tags) }), policy);
const noted = (attachmentId: string, tags: Record<string, string> = {}) => ({
  'vco-sweeper:detached': `${ago(HOUR)} ${attachmentId}`,
  'vco-sweeper:seen': ago(HOUR),
  ...tags,
});
const mark = (rule: string, since: string) => ({ 'vco-sweeper:orphan': `${rule} ${since}` });
const expired = { 'vco-sweeper:expires': ago(DAY) };

describe('a connection is still as planned', () => {
  test.each<[string, PlanEntry, ReturnType<typeof free>]>([
    ['by the same rule, since the same moment, bound to nothing', entry(), free(dueTags())],
    ['with a renewed mark', entry(), free({ ...dueTags(), 'vco-sweeper:seen': ago(0) })],
    ['bound to the same attachment', ofBound, bound(dueTags('tunnels-down'))],
    ['by a rule without grace, so without a clock', entry({ rule: 'expired', since: null }), free(expired)],
    [
      'with the same time written in another zone',
      entry({ since: new Date(Date.parse(SINCE)).toISOString().replace('.000Z', '+00:00') }),
      free(dueTags()),
    ],
    ['half-done, and our note names the attachment', ofBound, free(noted('tr-attach-1', mark('tunnels-down', SINCE)))],
    [
      'half-done, by a rule without grace, whatever its mark says',
      entry({ rule: 'expired', since: null, attachmentId: 'tr-attach-1' }),
      free(noted('tr-attach-1', mark('expired', SINCE))),
    ],
    ['half-done, and its mark was removed', ofBound, free(noted('tr-attach-1'))],
    ['half-done, and its mark is void', ofBound, free(noted('tr-attach-1', { 'vco-sweeper:orphan': 'void' }))],
    [
      'half-done already in the plan',
      entry({ rule: 'half-done', since: null, attachmentId: 'tr-attach-1' }),
      free(noted('tr-attach-1')),
    ],
  ])('%s', (_when, planned, verdict) => {
    expect(whyNotAsPlanned(planned, verdict)).toBeUndefined();
  });
});

describe('a connection is no longer as planned', () => {
  test.each<[string, PlanEntry, ReturnType<typeof free>, string]>([
    [
      'its clock began at another time',
      entry(),
      free({ ...dueTags(), ...mark('unassociated', ago(3 * DAY)) }),
      `since was ${SINCE}, is ${ago(3 * DAY)}`,
    ],
    ['it has no mark any more, so it is not due', entry(), free({}), `since was ${SINCE}, is none`],
    ['a rule without grace has a clock now', entry({ since: null }), free(dueTags()), `since was none, is ${SINCE}`],
    [
      'it is due by another rule',
      ofBound,
      bound({ ...dueTags('tunnels-down'), ...expired, ...mark('expired', ago(3 * DAY)) }),
      `rule was tunnels-down, is expired; since was ${SINCE}, is none`,
    ],
    [
      'it is bound to another attachment',
      ofBound,
      judgeOne(aBoundConnection({ tags: tagged(dueTags('tunnels-down')) }), policy, {
        witnesses: witnesses([anAttachment({ attachmentId: 'tr-attach-2' })]),
      }),
      'attachment was tr-attach-1, is tr-attach-2',
    ],
    [
      'it was bound to nothing, and is bound now',
      entry(),
      bound(dueTags('tunnels-down')),
      'rule was unassociated, is tunnels-down; attachment was none, is tr-attach-1',
    ],
    [
      'it was bound, and is now bound to nothing without our note',
      ofBound,
      free(dueTags()),
      'rule was tunnels-down, is unassociated; attachment was tr-attach-1, is none',
    ],
    [
      'it was bound to nothing, and somebody has detached it since',
      entry(),
      free(noted('tr-attach-1', mark('unassociated', SINCE))),
      'attachment was none, is tr-attach-1',
    ],
    [
      'our note names another attachment',
      ofBound,
      free(noted('tr-attach-2')),
      'attachment was tr-attach-1, is tr-attach-2',
    ],
    [
      'it is half-done, with a clock that began after the plan',
      ofBound,
      free(noted('tr-attach-1', mark('tunnels-down', ago(DAY)))),
      `since was ${SINCE}, is ${ago(DAY)}`,
    ],
    [
      'it is half-done, and its mark has no clock of this rule',
      ofBound,
      free(noted('tr-attach-1', mark('unrouted', SINCE))),
      `since was ${SINCE}, is none`,
    ],
    [
      'its rule has a longer grace now',
      entry(),
      judgeOne(aConnection({ tags: tagged(dueTags()) }), aPolicy({ rules: { unassociated: 5 * DAY } })),
      `unassociated: inside its grace until ${ago(-3 * DAY)}`,
    ],
    ['it is protected', entry(), free({ ...dueTags(), 'vco-sweeper:keep': 'yes' }), 'tag vco-sweeper:keep'],
    ['its tags are unread', entry(), judgeOne(aConnection({ tags: 'unread' }), policy), 'its tags could not be read'],
  ])('when %s', (_when, planned, verdict, expected) => {
    expect(whyNotAsPlanned(planned, verdict)).toBe(`no longer as planned: ${expected}`);
  });
});

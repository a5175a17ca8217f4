import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../lib/emulator/faults/fault-rule.ts';
import { ACCOUNT, ago, aPolicy, DAY, HOUR, NOW, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';
import { always, DENIED } from '../support/faults.ts';

const MINUTE = 60_000;
const up = { Status: 'ipsec_sa_established' };
const night = (cloud: ReturnType<typeof startCloud>) => cloud.clock.sleep(DAY);
const outcomeOf = (result: Awaited<ReturnType<ReturnType<typeof startCloud>['run']>>, id: string) =>
  result.outcomes.find(({ connectionId }) => connectionId === id);

describe('protected or bound again during our detach, the note goes too', () => {
  const start = () =>
    startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
    });

  test('keep set while we detach: the note is removed, and taking keep off again deletes nothing at once', async () => {
    const cloud = start();
    const first = await cloud.run({
      before: () => {
        const row = cloud.connection('vco-old');
        if (row?.AttachType === 'NO_ASSOCIATED') {
          row.tags = { ...row.tags, 'vco-sweeper:keep': 'yes' };
        }
      },
    });
    expect(outcomeOf(first, 'vco-old')).toMatchObject({ outcome: 'protected' });
    expect(cloud.tags('vco-old')).not.toHaveProperty('vco-sweeper:detached');
    const row = cloud.connection('vco-old');
    if (row) {
      delete (row.tags as Record<string, string>)['vco-sweeper:keep'];
    }
    await cloud.clock.sleep(HOUR);
    await cloud.run();
    expect(cloud.connectionIds()).toContain('vco-old');
  });

  test('bound again while we were about to delete: note and mark go, and a detach by hand gets its grace', async () => {
    const cloud = start();
    const attachments = () => cloud.emulator.estate.attachments;
    const kept = attachments().find(({ VpnId }) => VpnId === 'vco-old');
    if (!kept) {
      throw new Error('none');
    }
    const copy = { ...kept, TransitRouterAttachmentId: 'tr-attach-again' };
    // The cloud says that it is just being configured: somebody binds it again. So everything is read anew.
    cloud.emulator.setFaults([
      { action: 'DeleteVpnAttachment', fault: { kind: 'error', status: 400, code: 'VpnConnection.Configuring' } },
    ]);
    let done = false;
    const first = await cloud.run({
      after: ({ action }, reply) => {
        const row = cloud.connection('vco-old');
        if (done || action !== 'DeleteVpnAttachment' || !row) {
          return reply;
        }
        done = true;
        attachments().push({ ...copy });
        Object.assign(row, { AttachType: 'CEN', State: 'attached', TransitRouterId: 'tr-1', ...up });
        return reply;
      },
    });
    expect(done).toBe(true);
    expect(first.counts.deleted).toBe(0);
    expect(cloud.connection('vco-old')).toMatchObject({ AttachType: 'CEN' });
    expect(cloud.tags('vco-old')).not.toHaveProperty('vco-sweeper:detached');
    // Some hours later, before the next tick, its owner unbinds it for a moment, to move it to another transit router.
    await cloud.clock.sleep(8 * HOUR);
    attachments().splice(
      attachments().findIndex(({ VpnId }) => VpnId === 'vco-old'),
      1,
    );
    const row = cloud.connection('vco-old');
    if (row) {
      Object.assign(row, { AttachType: 'NO_ASSOCIATED', State: 'init', Status: down.Status });
      delete (row as Record<string, unknown>).TransitRouterId;
    }
    const second = await cloud.run();
    expect(outcomeOf(second, 'vco-old')).toMatchObject({ outcome: 'marked' });
    expect(cloud.connectionIds()).toContain('vco-old');
  });
});

describe('a clock that this run disproved does not stay when another run rewrote the mark', () => {
  test('up at the listing of the second run, whose write meets another mark', async () => {
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
          up,
        ),
        ...inUse(5),
      ),
      policy: {
        rules: { unassociated: 'off', 'tunnels-down': 14 * DAY, unrouted: 30 * DAY, expired: 30 * DAY },
        limits: { perRegionShare: 1 },
      },
    });
    // The other run listed it a moment earlier, while it was down: it adds the clock of `expired`, as it should.
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

  test('the same with two real runs', async () => {
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
    // The first has listed it as down; then it comes up, and the second lists it, before the first has written its mark.
    let second: ReturnType<typeof cloud.run> | undefined;
    await cloud.run({
      after: ({ action }, reply) => {
        if (action !== 'DescribeVpnConnections' || second) {
          return reply;
        }
        Object.assign(cloud.connection('vco-old') ?? {}, up);
        second = cloud.run();
        return reply;
      },
    });
    await second;
    const mark = cloud.tags('vco-old')?.['vco-sweeper:orphan'] ?? '';
    expect(mark).not.toContain('tunnels-down');
  });
});

describe('the clock of `expired` never counts from before the expiry date', () => {
  test('the owner moved the date; it passed an hour ago; grace is a day', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', { ...dueTags('expired'), 'vco-sweeper:expires': ago(HOUR) }, up), ...inUse(5)),
      policy: { rules: { unassociated: 'off', expired: DAY } },
    });
    const result = await cloud.run();
    expect(outcomeOf(result, 'vco-old')?.outcome).not.toBe('deleted');
    expect(cloud.connectionIds()).toContain('vco-old');
  });
});

describe('a mark that does not count, beside what is half-done or without grace', () => {
  test('half-done with an orphan tag but no seen: the note is renewed, so that it is finished after four bad days', async () => {
    const cloud = startCloud({
      estate: estate(
        free('half', {
          'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x`,
          'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}`,
        }),
        ...inUse(5),
      ),
      policy: { rules: { unassociated: 'off', 'tunnels-down': DAY } },
      faults: [always('DeleteVpnAttachment', DENIED)],
    });
    for (let nights = 0; nights < 5; nights += 1) {
      await cloud.run();
      await night(cloud);
    }
    cloud.emulator.setFaults([]);
    const result = await cloud.run();
    expect(outcomeOf(result, 'vco-half')).toMatchObject({ outcome: 'deleted' });
    expect(cloud.connectionIds()).not.toContain('vco-half');
  });

  test('the whole story without hand-written tags: UnTagResources denied, grace 0s, delete denied for four days', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('unrouted'), up), ...inUse(5)),
      policy: { rules: { unassociated: 'off', 'tunnels-down': 0 } },
      faults: [always('UnTagResources', DENIED), always('DeleteVpnAttachment', DENIED)],
    });
    await cloud.run();
    expect(cloud.tags('vco-old')).toMatchObject({ 'vco-sweeper:seen': 'void' });
    await night(cloud);
    Object.assign(cloud.connection('vco-old') ?? {}, down);
    for (let nights = 0; nights < 5; nights += 1) {
      await cloud.run();
      await night(cloud);
    }
    expect(cloud.connection('vco-old')).toMatchObject({ AttachType: 'NO_ASSOCIATED' });
    cloud.emulator.setFaults([]);
    await cloud.run();
    expect(cloud.connectionIds()).not.toContain('vco-old');
  });

  test('a stuck one whose mark is void and cannot be removed starves no other', async () => {
    const cloud = startCloud({
      estate: estate(
        free('a-stuck', { 'vco-sweeper:orphan': 'void', 'vco-sweeper:seen': 'void' }),
        free('b-one'),
        ...inUse(5),
      ),
      policy: { rules: { unassociated: 0 }, limits: { perRun: 1 } },
      faults: [
        always('UnTagResources', DENIED),
        always('DeleteVpnAttachment', { kind: 'no-effect' }, { VpnConnectionId: 'vco-a-stuck' }),
      ],
    });
    for (let nights = 0; nights < 10; nights += 1) {
      await cloud.run();
      await night(cloud);
    }
    expect(cloud.connectionIds()).not.toContain('vco-b-one');
  });
});

describe('a stuck one that outlasts the function starves no other', () => {
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
  ])('whose %s has no effect', async (what, fault, timeMs) => {
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

describe('any other 404 is an error', () => {
  test.each(['InvalidCustomerGatewayInstanceId.NotFound', 'InvalidResourceGroup.NotFound', 'SecurityToken.NotFound'])(
    '%s when it is read back is no proof that it is gone',
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
    'of %s, %s, makes no connection gone',
    async (action, code) => {
      const cloud = startCloud({
        estate: estate(free('due', dueTags()), bound('down', dueTags('tunnels-down'), down), ...inUse(5)),
        policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
      });
      const fault = always(action, { kind: 'error', status: 404, code });
      const result = await cloud.run({
        // From the first write on: what the verdicts rest on was read well.
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

describe('`seen` alone is enough to make a mark void', () => {
  test('tag policies refuse a value of the orphan tag, and UnTagResources is denied: seen could still be void', async () => {
    const cloud = startCloud({
      estate: estate(
        bound('old', { 'vco-sweeper:orphan': `tunnels-down ${ago(14 * DAY)}`, 'vco-sweeper:seen': ago(20 * HOUR) }, up),
        ...inUse(5),
      ),
      policy: { rules: { unassociated: DAY, 'tunnels-down': 14 * DAY } },
      faults: [
        always('UnTagResources', DENIED),
        always('TagResources', DENIED, { 'Tag.1.Key': 'vco-sweeper:orphan' }),
        always('TagResources', DENIED, { 'Tag.2.Key': 'vco-sweeper:orphan' }),
      ],
    });
    await cloud.run();
    expect(cloud.tags('vco-old')).toMatchObject({ 'vco-sweeper:seen': 'void' });
    await cloud.clock.sleep(20 * HOUR);
    cloud.emulator.setFaults([]);
    Object.assign(cloud.connection('vco-old') ?? {}, down);
    await cloud.run();
    expect(cloud.connectionIds()).toContain('vco-old');
  });
});

describe('a mark that cannot go until the deadline is failed', () => {
  test('both fail with 500 until the deadline', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), up), ...inUse(5)),
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
      faults: [
        always('UnTagResources', { kind: 'error', status: 500, code: 'InternalError' }),
        always('TagResources', { kind: 'error', status: 500, code: 'InternalError' }),
      ],
    });
    const result = await cloud.run({ deadlineMs: cloud.clock.now() + 20_000 });
    expect(result.status).toBe('incomplete');
    expect(outcomeOf(result, 'vco-old')?.outcome).toBe('failed');
  });
});

describe('a void note takes a place too', () => {
  test('18 tags of its owner and a void note that cannot be removed: blocked, and no write of a mark is tried', async () => {
    const owners = Object.fromEntries(Array.from({ length: 18 }, (_, index) => [`t${index}`, 'x']));
    const cloud = startCloud({
      estate: estate(free('full', { ...owners, 'vco-sweeper:detached': 'void' }), ...inUse(5)),
      faults: [always('UnTagResources', DENIED)],
    });
    const result = await cloud.run();
    expect(outcomeOf(result, 'vco-full')).toMatchObject({ outcome: 'blocked', code: null });
  });
});

describe('deleted by its owner between the tag and its read-back', () => {
  test('is already-gone, not failed', async () => {
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

describe('the answer to the removal of a stale note is lost', () => {
  test('the orphan beside it is renewed and goes all the same', async () => {
    const cloud = startCloud({
      estate: estate(
        bound('old', { ...dueTags('tunnels-down'), 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-old` }, down),
        ...inUse(5),
      ),
      policy: { rules: { 'tunnels-down': DAY } },
      faults: [{ action: 'UnTagResources', times: 1, fault: { kind: 'reset', when: 'after' } }],
    });
    const result = await cloud.run();
    expect(outcomeOf(result, 'vco-old')).toMatchObject({ outcome: 'deleted' });
  });
});

describe('half-done with no room for seen keeps no other waiting', () => {
  test('its delete has no effect, perRun 1', async () => {
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

describe('two runs at once where reads lag', () => {
  const gaps = [1_000, 1_500];
  test.each(gaps.flatMap((apartMs) => [6_000].map((lagMs) => [apartMs, lagMs] as const)))(
    'a new orphan, %i ms apart, tags show after %i ms: neither fails',
    async (apartMs, lagMs) => {
      const cloud = startCloud({
        estate: estate(free('new'), ...inUse(5)),
        latencyMs: 20,
        behaviours: { tagReadLagMs: lagMs },
      });
      const later = cloud.clock.sleep(apartMs).then(() => cloud.run());
      const both = await Promise.all([cloud.run(), later]);
      expect(both.map(({ counts, status }) => [counts.failed, status])).toEqual([
        [0, 'complete'],
        [0, 'complete'],
      ]);
    },
  );

  test.each(gaps.flatMap((apartMs) => [6_000].map((lagMs) => [apartMs, lagMs] as const)))(
    'a rule that goes, %i ms apart, tags show after %i ms: the clock of the other rule goes on',
    async (apartMs, lagMs) => {
      const unrouted = `unrouted ${ago(2 * DAY).replace('.000Z', 'Z')}`;
      const cloud = startCloud({
        estate: estate(
          bound(
            'old',
            {
              'vco-sweeper:orphan': `tunnels-down ${ago(13 * DAY)}, ${unrouted}`,
              'vco-sweeper:seen': ago(20 * HOUR),
            },
            up,
          ),
          ...inUse(5),
        ),
        policy: {
          rules: { unassociated: 'off', 'tunnels-down': 14 * DAY, unrouted: 30 * DAY },
          limits: { perRegionShare: 1 },
        },
        latencyMs: 20,
        behaviours: { tagReadLagMs: lagMs },
      });
      const later = cloud.clock.sleep(apartMs).then(() => cloud.run());
      const both = await Promise.all([cloud.run(), later]);
      expect(both.map(({ counts }) => counts.failed)).toEqual([0, 0]);
      expect(cloud.tags('vco-old')?.['vco-sweeper:orphan']).toBe(unrouted);
    },
  );

  test.each([4_000, 8_000])(
    'used again and seen so by the second run, tags show after %i ms: nothing is deleted by the clock that it removed',
    async (lagMs) => {
      const cloud = startCloud({
        estate: estate(
          bound(
            'old',
            { 'vco-sweeper:orphan': `tunnels-down ${ago(15 * DAY)}`, 'vco-sweeper:seen': ago(20 * HOUR) },
            down,
          ),
          ...inUse(5),
        ),
        policy: {
          rules: { unassociated: 'off', 'tunnels-down': 14 * DAY, unrouted: 30 * DAY },
          limits: { perRegionShare: 1 },
        },
        latencyMs: 20,
        behaviours: { tagReadLagMs: lagMs },
      });
      // The first run has listed it as down, and is to add the clock of `unrouted`. Then it is up for a moment, and the second
      // run, which has less to read, sees that.
      const quick = aPolicy({
        mode: 'sweep',
        regions: [REGION],
        rules: { unassociated: 'off', 'tunnels-down': 14 * DAY },
      });
      let second: ReturnType<typeof cloud.run> | undefined;
      let removed = false;
      await cloud.run({
        after: ({ action }, reply) => {
          if (action === 'DescribeVpnConnections' && !second) {
            Object.assign(cloud.connection('vco-old') ?? {}, up);
            second = cloud.run({
              policy: quick,
              after: ({ action: theirs }, answer) => {
                removed ||= theirs === 'UnTagResources';
                Object.assign(cloud.connection('vco-old') ?? {}, removed ? down : {});
                return answer;
              },
            });
          }
          return reply;
        },
      });
      await second;
      expect(removed).toBe(true);
      expect(cloud.connectionIds()).toContain('vco-old');
    },
  );
});

describe('what a run saw while it was in doubt', () => {
  test('doubt: the owner extends the expiry while the association is in doubt, and it passes again', async () => {
    // Expired eight days ago, grace nine days. In doubt for one night, in which the date lies ahead.
    const cloud = startCloud({
      estate: estate(
        bound(
          'old',
          {
            'vco-sweeper:orphan': `expired ${ago(8 * DAY)}`,
            'vco-sweeper:seen': ago(HOUR),
            'vco-sweeper:expires': new Date(NOW + HOUR).toISOString(),
          },
          { ...up, State: 'active' },
        ),
        ...inUse(5),
      ),
      policy: { rules: { unassociated: 'off', expired: 9 * DAY } },
    });
    await cloud.run();
    expect(cloud.tags('vco-old') ?? {}).not.toHaveProperty('vco-sweeper:orphan');
  });

  test('bound again to a transit router that cannot be read: note and mark of the time before go', async () => {
    const OTHER = '2000000000000002';
    const cloud = startCloud({
      estate: {
        accounts: [{ accountId: ACCOUNT }, { accountId: OTHER }],
        transitRouters: [{ TransitRouterId: 'tr-1' }, { TransitRouterId: 'tr-far', accountId: OTHER }],
        ...estate(
          bound(
            'back',
            { 'vco-sweeper:detached': `${ago(20 * HOUR)} tr-attach-old`, ...dueTags('tunnels-down') },
            { ...up, TransitRouterId: 'tr-far' },
          ),
          ...inUse(5),
        ),
      },
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
    });
    expect(outcomeOf(await cloud.run(), 'vco-back')).toMatchObject({ outcome: 'unknown' });
    expect(cloud.tags('vco-back')).not.toHaveProperty('vco-sweeper:detached');
    // It was up, and the run saw it. The next day its owner unbinds it, to move it.
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

  test.each(['Name', 'CreateTime'])('up, in a reply without %s: the clock of tunnels-down ends', async (field) => {
    const cloud = startCloud({
      estate: estate(
        bound('old', { 'vco-sweeper:orphan': `tunnels-down ${ago(14 * DAY)}`, 'vco-sweeper:seen': ago(20 * HOUR) }, up),
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
  });
});

describe('what changes at the last look', () => {
  test('up at the last look: the clock of the other rule goes on', async () => {
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
          Object.assign(cloud.connection('vco-old') ?? {}, up);
        }
      },
    });
    expect(result.counts.deleted).toBe(0);
    expect(cloud.tags('vco-old')?.['vco-sweeper:orphan'] ?? '').toContain('unrouted 2026-11-02T12:00:00');
  });

  test('up at the last look, in a reply without a name: the clock of tunnels-down ends', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { unassociated: 'off', 'tunnels-down': DAY }, protect: { names: ['prod-*'] } },
    });
    await cloud.run({
      before: ({ action, params }) => {
        if (action !== 'TagResources' || !JSON.stringify(params).includes('vco-sweeper:detached')) {
          return;
        }
        Object.assign(cloud.connection('vco-old') ?? {}, up);
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

describe('a note that names the attachment of another connection claims nothing', () => {
  test('copied by a script from one that is bound: it is no note of this connection', async () => {
    const cloud = startCloud({
      estate: estate(
        free('copy', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-used000` }, { CreateTime: NOW - 30 * HOUR }),
        ...inUse(5),
      ),
      policy: { rules: { unassociated: 14 * DAY } },
    });
    expect(cloud.emulator.estate.attachments.map((one) => one.TransitRouterAttachmentId)).toContain(
      'tr-attach-used000',
    );
    await cloud.run();
    expect(cloud.connectionIds()).toContain('vco-copy');
  });
});

test('a clock that ends beside a stale note leaves the other clocks where they are', async () => {
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
        up,
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

test('a mark from the future goes though a rule could not be decided, so that it does not count when its time has come', async () => {
  const mystery = { ...down, TunnelOptions: [down, { Status: 'mystery' }] };
  const future = { 'vco-sweeper:orphan': `expired ${ago(-4 * HOUR)}`, 'vco-sweeper:seen': ago(HOUR) };
  const cloud = startCloud({
    estate: estate(bound('old', future, mystery), ...inUse(5)),
    policy: { rules: { 'tunnels-down': DAY, expired: DAY } },
  });
  expect(outcomeOf(await cloud.run(), 'vco-old')).toMatchObject({ outcome: 'unknown' });
  expect(cloud.tags('vco-old')).toEqual({});
});

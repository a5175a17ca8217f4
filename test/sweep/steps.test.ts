import { describe, expect, test } from 'vitest';
import { ACCOUNT, ago, DAY, HOUR, NOW, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse, routed } from '../support/estates.ts';

const tunnelsDown = { rules: { unassociated: DAY, 'tunnels-down': DAY } } as const;

test('deletes an unassociated orphan whose grace has run out, and nothing else', async () => {
  const cloud = startCloud({ estate: estate(free('old', dueTags()), free('new'), ...inUse(5)) });

  const result = await cloud.run();

  expect(result.status).toBe('complete');
  expect(result.counts).toMatchObject({ deleted: 1, marked: 1, kept: 5 });
  expect(cloud.connectionIds()).not.toContain('vco-old');
  expect(cloud.connectionIds()).toHaveLength(6);
  expect(cloud.writes()).toEqual(['TagResources vco-new', 'TagResources vco-old', 'DeleteVpnAttachment vco-old']);
});

test('a deleted one is read again before, and seen gone after', async () => {
  const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
  await cloud.run();
  const calls = cloud.calls();
  const deleted = calls.indexOf('DeleteVpnAttachment vco-old');
  expect(calls[deleted - 1]).toBe('DescribeVpnConnection vco-old');
  expect(calls.slice(deleted + 1).at(-1)).toBe('DescribeVpnConnection vco-old');
});

test('detaches an attached orphan before it deletes it: tag, detach, both sides gone, delete', async () => {
  const cloud = startCloud({
    estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
    policy: tunnelsDown,
  });

  const result = await cloud.run();

  expect(result.counts).toMatchObject({ deleted: 1, kept: 5 });
  const [outcome] = result.outcomes;
  expect(outcome).toMatchObject({ outcome: 'deleted', rule: 'tunnels-down', since: ago(2 * DAY) });
  expect(cloud.connectionIds()).toHaveLength(5);
  expect(cloud.writes()).toEqual([
    'TagResources vco-old', // seen
    'TagResources vco-old', // detached
    expect.stringMatching(/^DeleteTransitRouterVpnAttachment tr-attach-/),
    'DeleteVpnAttachment vco-old',
  ]);
  expect(cloud.lines.map(({ event }) => event)).toEqual([
    'run.started',
    'policy.warned', // Runs may be 72h apart, and tunnels-down is on.
    'region.listed',
    ...Array.from({ length: 5 }, () => 'connection.judged'),
    'connection.judged',
    'detach.requested',
    'detach.done',
    'delete.requested',
    'delete.done',
    'run.finished',
  ]);
});

test.each([['cbn-first'], ['vpc-first']] as const)(
  'waits for both sides of a detach, whichever lets go first (%s)',
  async (detachOrder) => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: tunnelsDown,
      behaviours: { detachOrder, detachPolls: 3, detachSecondPolls: 4 },
    });
    const seen: unknown[] = [];
    const result = await cloud.run({
      before: ({ action }) => {
        if (action !== 'DeleteVpnAttachment') {
          return;
        }
        const held = cloud.emulator.estate.attachments.some(({ VpnId }) => VpnId === 'vco-old');
        seen.push([held, cloud.connection('vco-old')?.AttachType]);
      },
    });
    expect(result.counts.deleted).toBe(1);
    expect(seen).toEqual([[false, 'NO_ASSOCIATED']]);
  },
);

test('a second run has nothing to change', async () => {
  const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
  await cloud.run();
  const before = cloud.writes().length;
  expect((await cloud.run()).counts).toMatchObject({ kept: 5, deleted: 0 });
  expect(cloud.writes().length).toBe(before);
});

describe('half-done', () => {
  const halfDone = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x` };

  test('a connection that an earlier run detached is finished first, whatever the rules say', async () => {
    const cloud = startCloud({
      estate: estate(free('half', halfDone), free('old', dueTags()), ...inUse(8)),
      policy: { rules: { unassociated: DAY }, limits: { perRun: 1 } },
    });
    const result = await cloud.run();
    expect(result.outcomes.map(({ connectionId, outcome, rule }) => [connectionId, outcome, rule])).toEqual(
      expect.arrayContaining([
        ['vco-half', 'deleted', 'half-done'],
        ['vco-old', 'deferred', 'unassociated'],
      ]),
    );
  });

  test('in the modes plan and mark it is only planned', async () => {
    for (const mode of ['plan', 'mark'] as const) {
      const cloud = startCloud({ estate: estate(free('half', halfDone), ...inUse(5)), policy: { mode } });
      expect((await cloud.run()).counts).toMatchObject({ planned: 1, deleted: 0 });
      // In mode mark, that it is still half-done is written down: else its note would lapse.
      expect(cloud.writes()).toEqual(mode === 'plan' ? [] : ['TagResources vco-half']);
    }
  });

  test('bound again, the stale tag goes', async () => {
    const cloud = startCloud({ estate: estate(bound('back', halfDone), ...inUse(5)) });
    expect((await cloud.run()).counts).toMatchObject({ kept: 6 });
    expect(cloud.tags('vco-back')).toEqual({});
  });

  test('a process that dies between detach and delete leaves what the next run finishes', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: tunnelsDown,
    });
    const died = new Error('killed');
    await expect(
      cloud.run({
        before: ({ action }) => {
          if (action === 'DeleteVpnAttachment') {
            throw died;
          }
        },
      }),
    ).resolves.toMatchObject({ counts: { deleted: 0 } });
    expect(cloud.connection('vco-old')).toMatchObject({ AttachType: 'NO_ASSOCIATED' });

    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deleted', rule: 'tunnels-down', since: ago(2 * DAY) });
    expect(result.outcomes[0]?.evidence.join()).toContain('vco-sweeper:detached');
  });
});

describe('two runs at once', () => {
  test.each([[0], [1], [5], [40], [300], [6_000]])('%i ms apart, they finish what either began', async (apartMs) => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), free('free', dueTags()), ...inUse(5)),
      policy: tunnelsDown,
      latencyMs: 7,
    });
    const later = cloud.clock.sleep(apartMs).then(() => cloud.run());
    const both = await Promise.all([cloud.run(), later]);
    expect(cloud.connectionIds()).toHaveLength(5);
    expect(both.map(({ counts }) => counts.failed)).toEqual([0, 0]);
  });

  test('a run that stops at its own check leaves the tag of the other, whose detach is under way', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: tunnelsDown,
      behaviours: { detachPolls: null, detachMs: 60_000 },
    });
    let tagged = false;
    const result = await cloud.run({
      before: () => {
        // Between our tag and our check, another run detaches it.
        const attachment = cloud.emulator.estate.attachments.find(({ VpnId }) => VpnId === 'vco-old');
        if (tagged && attachment?.Status === 'Attached') {
          void cloud.emulator.call({
            accountId: ACCOUNT,
            version: '2017-09-12',
            action: 'DeleteTransitRouterVpnAttachment',
            params: {
              TransitRouterAttachmentId: attachment.TransitRouterAttachmentId,
            },
          });
        }
        tagged ||= 'vco-sweeper:detached' in (cloud.tags('vco-old') ?? {});
      },
    });
    expect(result.counts).toMatchObject({ unknown: 1 });
    expect(cloud.tags('vco-old')).toHaveProperty('vco-sweeper:detached');
    cloud.clock.advance(600_000);
    expect((await cloud.run()).counts.deleted).toBe(1);
  });

  test('a run that stops before it sent anything leaves no detach note, whatever state it stopped for', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: tunnelsDown,
    });
    await cloud.run({
      before: () => {
        const row = cloud.connection('vco-old');
        if (row && 'vco-sweeper:detached' in row.tags) {
          row.State = 'updating';
        }
      },
    });
    expect(cloud.writes().join()).not.toContain('DeleteTransitRouter');
    expect(cloud.tags('vco-old')).not.toHaveProperty('vco-sweeper:detached');
  });

  test.each([
    ['later', 1_000],
    ['earlier', -1_000],
  ])('does not detach by the note of another run, a moment %s, because that run may remove it', async (_what, ms) => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: tunnelsDown,
    });
    const theirs = `${new Date(cloud.clock.now() + ms).toISOString()} tr-attach-old`;
    const result = await cloud.run({
      before: () => {
        const row = cloud.connection('vco-old');
        if (row && 'vco-sweeper:detached' in row.tags) {
          row.tags = { ...row.tags, 'vco-sweeper:detached': theirs };
        }
      },
    });
    expect(result.outcomes[0]).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('another run') });
    expect(cloud.writes().join()).not.toContain('DeleteTransitRouter');
    expect(cloud.tags('vco-old')).toMatchObject({ 'vco-sweeper:detached': theirs });
  });

  test('an older note does not stand for one that was not written', async () => {
    const cloud = startCloud({
      estate: estate(
        bound('old', { ...dueTags('tunnels-down'), 'vco-sweeper:detached': `${ago(1_000)} tr-attach-old` }, down),
        ...inUse(5),
      ),
      policy: tunnelsDown,
      faults: [{ action: 'TagResources', times: 'always', fault: { kind: 'no-effect' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'TagNotReadBack' });
    expect(cloud.writes().join()).not.toContain('DeleteTransitRouter');
  });

  test('removes the note of a half-done connection that is bound again', async () => {
    const cloud = startCloud({
      estate: estate(free('half', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x` }), ...inUse(5)),
    });
    await cloud.run({
      before: ({ action }) => {
        const row = cloud.connection('vco-half');
        if (action === 'DescribeVpnConnection' && row) {
          Object.assign(row, { State: 'attached', AttachType: 'CEN', TransitRouterId: 'tr-1' });
        }
      },
    });
    expect(cloud.tags('vco-half')).toEqual({});
  });

  test('a tag that somebody removed during our detach is written again, and the delete follows', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: tunnelsDown,
    });
    const result = await cloud.run({
      before: ({ action }) => {
        const row = cloud.connection('vco-old');
        if (action === 'ListTransitRouterVpnAttachments' && row?.State === 'detaching') {
          row.tags = dueTags('tunnels-down');
        }
      },
    });
    expect(result.counts).toMatchObject({ deleted: 1 });
    expect(cloud.writes().filter((call) => call === 'TagResources vco-old')).toHaveLength(3);
  });
});

describe('what the cloud refuses', () => {
  test('a detach that something depends on is blocked, with what to do, and its tag goes again', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
        ...routed('old'),
      },
      policy: tunnelsDown,
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

  test('with detach.force what depends on it goes too', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
        ...routed('old'),
      },
      policy: { ...tunnelsDown, detach: { force: true } },
    });
    expect((await cloud.run()).counts.deleted).toBe(1);
  });

  test('a blocked one leaves its place in the run to the next', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(
          bound('first', { ...dueTags('tunnels-down'), 'vco-sweeper:orphan': `tunnels-down ${ago(9 * DAY)}` }, down),
          free('second', dueTags()),
          ...inUse(8),
        ),
        ...routed('first'),
      },
      policy: { ...tunnelsDown, limits: { perRun: 1 } },
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

  test('a delete that is throttled to the end is failed at once: it certainly did nothing', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [{ action: 'DeleteVpnAttachment', times: 'always', fault: { kind: 'throttle' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'Throttling.User' });
    // That a step failed is written down, so that the others come first in the next run.
    expect(cloud.calls().slice(-2)).toEqual(['DeleteVpnAttachment vco-old', 'TagResources vco-old']);
  });

  test('a missing permission is failed, with the code', async () => {
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

describe('nothing is claimed that was not read back', () => {
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

  test('Success:false is a failure', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [{ action: 'DeleteVpnAttachment', times: 'always', fault: { kind: 'success-false' } }],
    });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 0, failed: 1 });
  });

  test('a detach that is accepted and gets stuck is failed, and what lies behind it is not deleted', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: tunnelsDown,
      faults: [{ action: 'DeleteTransitRouterVpnAttachment', times: 'always', fault: { kind: 'stuck-detach' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'DetachTimeout' });
    expect(cloud.writes().filter((call) => call.startsWith('DeleteVpnAttachment'))).toEqual([]);
    expect(cloud.tags('vco-old')).toHaveProperty('vco-sweeper:detached');
  });

  test('a delete whose answer was lost is looked for, and counts once it is seen gone', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [{ action: 'DeleteVpnAttachment', fault: { kind: 'reset', when: 'after' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deleted' });
  });

  test('gone before anything was sent is already-gone', async () => {
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

  test('deleted by somebody else just before its detach note is written is already-gone', async () => {
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

  test('in use again at the last look, and deleted before its mark is removed, is already-gone', async () => {
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

  test('a mark counts from when it is written: what was seen in use after the judgement counts against it', async () => {
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

  test('a mark that cannot be seen is not claimed', async () => {
    const cloud = startCloud({
      estate: estate(free('new'), ...inUse(5)),
      faults: [{ action: 'TagResources', times: 'always', fault: { kind: 'no-effect' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'TagNotReadBack' });
    expect(cloud.lines.map(({ event }) => event)).not.toContain('mark.set');
  });
});

describe('time', () => {
  test('what there is no time for is deferred, and the run is incomplete', async () => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
    const result = await cloud.run({ deadlineMs: NOW + 6_000 });
    expect(result.status).toBe('incomplete');
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deferred' });
    expect(cloud.writes().filter((call) => call.startsWith('Delete'))).toEqual([]);
  });

  test('looking for a mark that does not show ends with the time, not after it', async () => {
    const cloud = startCloud({
      estate: estate(free('new'), ...inUse(5)),
      faults: [{ action: 'TagResources', times: 'always', fault: { kind: 'no-effect' } }],
    });
    const deadlineMs = NOW + 4_000;
    const result = await cloud.run({ deadlineMs });
    expect(result).toMatchObject({ status: 'incomplete', counts: { deferred: 1, marked: 0 } });
    expect(cloud.clock.now()).toBeLessThanOrEqual(deadlineMs);
  });

  test('a detach under way when time is over is left half-done, and the next run finishes it', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: tunnelsDown,
      behaviours: { detachPolls: 100, detachMs: 120_000 },
    });
    const deadlineMs = NOW + 60_000;
    const result = await cloud.run({ deadlineMs });
    expect(result).toMatchObject({ status: 'incomplete', counts: { deferred: 1 } });
    expect(cloud.clock.now()).toBeLessThanOrEqual(deadlineMs);

    cloud.clock.advance(600_000);
    expect((await cloud.run()).counts.deleted).toBe(1);
  });

  test('a re-read that is too old by the time of the write is done again', async () => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
    let slow = true;
    await cloud.run({
      before: ({ action }) => {
        if (action === 'DescribeVpnConnection' && slow) {
          slow = false;
          cloud.clock.advance(10_001);
        }
      },
    });
    const reads = cloud.calls();
    expect(
      reads
        .slice(0, reads.indexOf('DeleteVpnAttachment vco-old'))
        .filter((call) => call === 'DescribeVpnConnection vco-old'),
    ).toHaveLength(2);
  });
});

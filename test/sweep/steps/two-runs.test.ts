import { describe, expect, test } from 'vitest';
import { ACCOUNT, ago, DAY, HOUR } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

const TUNNELS_DOWN = { rules: { unassociated: DAY, 'tunnels-down': DAY } } as const;

describe('two runs at the same time', () => {
  test.each([[0], [1], [5], [40], [300], [6_000]])(
    'together finish the work that each began, if they are %i ms apart',
    async (apartMs) => {
      const cloud = startCloud({
        estate: estate(bound('old', dueTags('tunnels-down'), down), free('free', dueTags()), ...inUse(5)),
        policy: TUNNELS_DOWN,
        latencyMs: 7,
      });
      const later = cloud.clock.sleep(apartMs).then(() => cloud.run());
      const both = await Promise.all([cloud.run(), later]);
      expect(cloud.connectionIds()).toHaveLength(5);
      expect(both.map(({ counts }) => counts.failed)).toEqual([0, 0]);
    },
  );

  test('a run that stops at its own check leaves the note of the other run, whose detach is under way', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: TUNNELS_DOWN,
      behaviours: { detachPolls: null, detachMs: 60_000 },
    });
    let tagged = false;
    const result = await cloud.run({
      before: () => {
        // Between the tag and the check of this run, another run detaches it.
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

  test('a run that stops before it has sent anything leaves no detach note, in any state', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: TUNNELS_DOWN,
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
  ])(
    'a run does not detach by the note of another run, a moment %s, because that run may remove it',
    async (_what, ms) => {
      const cloud = startCloud({
        estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
        policy: TUNNELS_DOWN,
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
    },
  );

  test('in step to the millisecond, a run that has to stop leaves the note by which the other run detaches', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: TUNNELS_DOWN,
      behaviours: { detachPolls: null, detachMs: 60_000 },
      latencyMs: 7,
    });
    const stop = new AbortController();
    const notes = new Set<boolean>();
    const going = cloud.run({
      runId: 'run-1',
      before: () => {
        const row = cloud.connection('vco-old');
        if (row?.State === 'detaching') {
          notes.add('vco-sweeper:detached' in row.tags);
        }
      },
    });
    await cloud.run({
      runId: 'run-2',
      stopAsked: stop.signal,
      after: ({ action }, reply) => {
        if (action === 'TagResources' && 'vco-sweeper:detached' in (cloud.tags('vco-old') ?? {})) {
          stop.abort();
        }
        return reply;
      },
    });
    await going;
    // Which run goes on does not matter, as long as nothing is detached without a note.
    expect(notes).not.toContain(false);
  });

  test('an older note does not count in place of a note that was not written', async () => {
    const cloud = startCloud({
      estate: estate(
        bound('old', { ...dueTags('tunnels-down'), 'vco-sweeper:detached': `${ago(1_000)} tr-attach-old` }, down),
        ...inUse(5),
      ),
      policy: TUNNELS_DOWN,
      faults: [{ action: 'TagResources', times: 'always', fault: { kind: 'no-effect' } }],
    });
    const result = await cloud.run();
    expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'TagNotReadBack' });
    expect(cloud.writes().join()).not.toContain('DeleteTransitRouter');
  });

  test('a run removes the note of a half-done connection that is bound again', async () => {
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

  test('a note that somebody removed during the detach is written again, and the delete follows', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: TUNNELS_DOWN,
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

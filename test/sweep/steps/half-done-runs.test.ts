import { describe, expect, test } from 'vitest';
import { ago, DAY, HOUR } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

const TUNNELS_DOWN = { rules: { unassociated: DAY, 'tunnels-down': DAY } } as const;

describe('a half-done connection', () => {
  const halfDone = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x` };

  test('comes first under any rule', async () => {
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

  test('is only planned in the modes plan and mark', async () => {
    for (const mode of ['plan', 'mark'] as const) {
      const cloud = startCloud({ estate: estate(free('half', halfDone), ...inUse(5)), policy: { mode } });
      expect((await cloud.run()).counts).toMatchObject({ planned: 1, deleted: 0 });
      // In mode mark the run renews the tag seen. Otherwise the note would lapse.
      expect(cloud.writes()).toEqual(mode === 'plan' ? [] : ['TagResources vco-half']);
    }
  });

  test('loses its stale note when it is bound again', async () => {
    const cloud = startCloud({ estate: estate(bound('back', halfDone), ...inUse(5)) });
    expect((await cloud.run()).counts).toMatchObject({ kept: 6 });
    expect(cloud.tags('vco-back')).toEqual({});
  });

  test('is finished by the next run if the process dies between detach and delete', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: TUNNELS_DOWN,
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

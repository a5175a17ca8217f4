import { describe, expect, test } from 'vitest';
import { ago, DAY, HOUR } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { always, DENIED } from '../../support/faults.ts';
import { night, outcomeOf, UP } from './claim-cases.ts';

describe('a mark that does not count', () => {
  test('a half-done connection with a mark without seen is finished after four bad days, because its note is renewed', async () => {
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

  test('a half-done connection with a void mark is finished after four days on which its delete was denied', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('unrouted'), UP), ...inUse(5)),
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

  test('a stuck connection whose void mark cannot be removed never blocks the other connections', async () => {
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

describe('a void `seen` is enough to make a mark void', () => {
  test('if a mark can be neither removed nor overwritten, a void seen ends it', async () => {
    const cloud = startCloud({
      estate: estate(
        bound('old', { 'vco-sweeper:orphan': `tunnels-down ${ago(14 * DAY)}`, 'vco-sweeper:seen': ago(20 * HOUR) }, UP),
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

describe('a mark that cannot be removed until the deadline', () => {
  test('the outcome is failed if removal and overwriting end with 500 until the deadline', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), UP), ...inUse(5)),
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

describe('a void note also takes a place for tags', () => {
  test('a connection with 18 tags of its owner and a void note is blocked, and no mark is written', async () => {
    const owners = Object.fromEntries(Array.from({ length: 18 }, (_, index) => [`t${index}`, 'x']));
    const cloud = startCloud({
      estate: estate(free('full', { ...owners, 'vco-sweeper:detached': 'void' }), ...inUse(5)),
      faults: [always('UnTagResources', DENIED)],
    });
    const result = await cloud.run();
    expect(outcomeOf(result, 'vco-full')).toMatchObject({ outcome: 'blocked', code: null });
  });
});

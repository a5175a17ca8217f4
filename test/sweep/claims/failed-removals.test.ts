import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../../lib/emulator/faults/fault-rule.ts';
import { ago, DAY, HOUR, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { always, DENIED } from '../../support/faults.ts';

const MINUTE = 60_000;
const LONG = { rules: { unassociated: DAY, 'tunnels-down': 14 * DAY } } as const;
const up = { Status: 'ipsec_sa_established' };

/** The same cloud at a later time: tunnels that were up go down, this number of hours later. */
async function nextNight(cloud: ReturnType<typeof startCloud>, status = down.Status, hours = 20) {
  await cloud.clock.sleep(hours * HOUR);
  cloud.emulator.setFaults([]);
  for (const row of cloud.emulator.estate.vpnConnections.filter(
    ({ VpnConnectionId }) => VpnConnectionId === 'vco-old',
  )) {
    Object.assign(row, { Status: status });
  }
  return await cloud.run();
}

describe('a mark that cannot be removed claims nothing', () => {
  const old = { 'vco-sweeper:orphan': `tunnels-down ${ago(14 * DAY)}`, 'vco-sweeper:seen': ago(20 * HOUR) };

  test.each<[string, FaultRule['fault']]>([
    ['denied', DENIED],
    ['throttled', { kind: 'throttle' }],
    ['answered with 500', { kind: 'error', status: 500, code: 'InternalError' }],
    ['accepted without effect', { kind: 'no-effect' }],
    ['answered with a web page', { kind: 'html', status: 502 }],
  ])(
    'when its removal is %s, the run overwrites it, and a single moment of "down" deletes nothing',
    async (_how, fault) => {
      const cloud = startCloud({
        estate: estate(bound('old', old, up), ...inUse(5)),
        policy: LONG,
        faults: [always('UnTagResources', fault)],
      });
      const result = await cloud.run();
      expect(result).toMatchObject({ status: 'complete', counts: { cleared: 1 } });
      expect(cloud.tags('vco-old')).toMatchObject({ 'vco-sweeper:seen': 'void' });
      expect((await nextNight(cloud)).outcomes).toMatchObject([{ connectionId: 'vco-old', outcome: 'marked' }]);
    },
  );

  test('if removing and overwriting a mark both fail, its outcome is failed and the run is incomplete', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', old, up), ...inUse(5)),
      policy: LONG,
      faults: [always('UnTagResources', DENIED), always('TagResources', DENIED)],
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'incomplete', outcomes: [{ outcome: 'failed', code: 'Forbidden.RAM' }] });
    expect(result.outcomes[0]?.reason).toContain('Grant the action');
  });

  test('removing and overwriting are repeated until wait.tagTimeout has passed', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', old, up), ...inUse(5)),
      policy: { ...LONG, retry: { attempts: 1 } },
      faults: [
        { action: 'UnTagResources', times: 3, fault: { kind: 'error', status: 500, code: 'InternalError' } },
        { action: 'TagResources', times: 99, fault: { kind: 'error', status: 500, code: 'InternalError' } },
      ],
    });
    expect((await cloud.run()).counts).toMatchObject({ cleared: 1, failed: 0 });
    expect(cloud.tags('vco-old')).toEqual({});
  });

  test('a void mark leaves its connection kept in the next run, which tries to remove the mark again', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', { ...old, 'vco-sweeper:seen': 'void' }, up), ...inUse(5)),
      policy: LONG,
      faults: [always('UnTagResources', DENIED)],
    });
    expect((await cloud.run()).counts).toMatchObject({ kept: 6, cleared: 0 });
    expect((await nextNight(cloud, up.Status)).counts).toMatchObject({ cleared: 1 });
    expect(cloud.tags('vco-old')).toEqual({});
  });

  test('a mark whose restart cannot be written is removed, so that its old clock does not go on', async () => {
    const cloud = startCloud({
      estate: estate(
        bound('old', { ...old, 'vco-sweeper:expires': ago(DAY).slice(0, 10) }, { ...up, CreateTime: NOW - 99 * DAY }),
        ...inUse(5),
      ),
      policy: { rules: { ...LONG.rules, expired: 30 * DAY } },
      faults: [always('TagResources', DENIED)],
    });
    expect((await cloud.run()).outcomes).toMatchObject([{ outcome: 'failed', code: 'Forbidden.RAM' }]);
    expect(cloud.tags('vco-old')).not.toHaveProperty('vco-sweeper:orphan');
    expect((await nextNight(cloud)).counts).toMatchObject({ deleted: 0, marked: 1 });
  });

  test('a mark that this run could not renew detaches and deletes nothing', async () => {
    const cloud = startCloud({
      estate: estate(free('due', dueTags()), bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
      faults: [always('TagResources', DENIED)],
    });
    expect((await cloud.run()).counts).toMatchObject({ failed: 2, deleted: 0 });
    expect(cloud.writes().filter((call) => call.startsWith('Delete'))).toEqual([]);
  });

  test('if a renewal is accepted and does not show, the deletion stops', async () => {
    const cloud = startCloud({
      estate: estate(free('due', dueTags()), ...inUse(5)),
      faults: [always('TagResources', { kind: 'no-effect' })],
    });
    expect((await cloud.run()).outcomes).toMatchObject([{ outcome: 'failed', code: 'TagNotReadBack' }]);
    expect(cloud.connectionIds()).toContain('vco-due');
  });

  test('a mark that somebody else writes after the listing deletes nothing', async () => {
    const cloud = startCloud({ estate: estate(free('due', dueTags()), ...inUse(5)) });
    const result = await cloud.run({
      before: ({ action }) => {
        const row = cloud.connection('vco-due');
        if (action === 'DescribeVpnConnection' && row) {
          row.tags['vco-sweeper:orphan'] = `unassociated ${ago(9 * DAY)}`;
        }
      },
    });
    expect(result.outcomes).toMatchObject([{ outcome: 'unknown' }]);
    expect(cloud.connectionIds()).toContain('vco-due');
  });
});

describe('a detach note that cannot be removed claims nothing', () => {
  const note = { 'vco-sweeper:detached': `${ago(30 * MINUTE)} tr-attach-old` };

  test('the run overwrites the note, and a connection that is later detached by hand gets its whole grace', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', note, up), ...inUse(5)),
      faults: [always('UnTagResources', DENIED)],
    });
    expect((await cloud.run()).counts).toMatchObject({ kept: 6, failed: 0 });
    expect(cloud.tags('vco-old')).toEqual({ 'vco-sweeper:detached': 'void' });
  });

  test('if the note stands, nothing is renewed beside it', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', { ...note, ...dueTags('tunnels-down') }, down), ...inUse(5)),
      policy: LONG,
      faults: [
        always('UnTagResources', DENIED),
        always('TagResources', DENIED, { 'Tag.1.Key': 'vco-sweeper:detached' }),
      ],
    });
    expect(await cloud.run()).toMatchObject({ status: 'incomplete', outcomes: [{ outcome: 'failed' }] });
    expect(cloud.tags('vco-old')).toMatchObject(dueTags('tunnels-down'));
  });

  test('after a refused detach, the outcome says that the note still stands', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { 'tunnels-down': DAY } },
      faults: [
        always('DeleteTransitRouterVpnAttachment', {
          kind: 'error',
          status: 400,
          code: 'OperationFailed.RouteEntryExist',
        }),
        always('UnTagResources', DENIED),
        always('TagResources', DENIED, { 'Tag.1.Key': 'vco-sweeper:detached', 'Tag.1.Value': 'void' }),
      ],
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'incomplete', outcomes: [{ outcome: 'failed', code: 'Forbidden.RAM' }] });
    expect(result.outcomes[0]?.reason).toContain('Its detach note could not be removed');
  });
});

describe('claims older than the connection', () => {
  const young = { CreateTime: NOW - 25 * HOUR };

  test('a copied detach note deletes nothing, and is removed', async () => {
    const cloud = startCloud({
      estate: estate(free('copy', { 'vco-sweeper:detached': `${ago(30 * HOUR)} tr-attach-old` }, young), ...inUse(5)),
    });
    expect((await cloud.run()).outcomes).toMatchObject([{ outcome: 'marked', rule: 'unassociated' }]);
    expect(cloud.tags('vco-copy')).not.toHaveProperty('vco-sweeper:detached');
  });

  test('a copied mark starts again', async () => {
    const cloud = startCloud({ estate: estate(free('copy', dueTags(), young), ...inUse(5)) });
    expect((await cloud.run()).outcomes).toMatchObject([{ outcome: 'marked', rule: 'unassociated' }]);
  });

  test.each(['0001-01-01T00:00:00Z', '1970-01-01', ago(25 * HOUR)])('the expiry %s is ignored', async (expires) => {
    const cloud = startCloud({
      estate: estate(bound('copy', { 'vco-sweeper:expires': expires }, young), ...inUse(5)),
      policy: { rules: { expired: 0 } },
    });
    expect((await cloud.run()).counts).toMatchObject({ kept: 6, deleted: 0 });
  });

  test('the tag keep removes a standing note, so that removing keep does not delete the connection at once', async () => {
    const cloud = startCloud({
      estate: estate(
        free('kept', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-x`, 'vco-sweeper:keep': 'yes' }),
        ...inUse(5),
      ),
    });
    expect((await cloud.run()).counts).toMatchObject({ protected: 1 });
    expect(cloud.tags('vco-kept')).toEqual({ 'vco-sweeper:keep': 'yes' });
    Object.assign(cloud.connection('vco-kept') ?? {}, { tags: {} });
    expect((await cloud.run()).outcomes).toMatchObject([{ outcome: 'marked' }]);
  });

  test('a lapsed note is removed before a new mark is written, because the mark would renew it', async () => {
    const cloud = startCloud({
      estate: estate(free('left', { 'vco-sweeper:detached': `${ago(9 * DAY)} tr-attach-x` }), ...inUse(5)),
      faults: [
        always('UnTagResources', DENIED),
        always('TagResources', DENIED, { 'Tag.1.Key': 'vco-sweeper:detached' }),
      ],
    });
    expect((await cloud.run()).counts).toMatchObject({ failed: 1 });
    expect(cloud.tags('vco-left')).not.toHaveProperty('vco-sweeper:seen');
  });
});

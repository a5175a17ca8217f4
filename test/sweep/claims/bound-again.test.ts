import { describe, expect, test } from 'vitest';
import { ago, DAY, HOUR, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { outcomeOf, UP } from './claim-cases.ts';

describe('a detach note is removed from a connection that was protected or bound again during the detach', () => {
  const start = () =>
    startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
    });

  test('setting the tag keep during a detach removes the note, so that removing keep deletes nothing at once', async () => {
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

  test.each([
    ['with the tag keep, its note goes', { 'vco-sweeper:keep': 'until 2026-11-23' }, false],
    ['without protection, its note stays, because the detach may be that of another run', {}, true],
  ])('while somebody detaches a connection: %s', async (_how, keep, stays) => {
    const note = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-earlier` };
    const cloud = startCloud({
      estate: estate(bound('old', { ...note, ...keep }, { State: 'detaching' }), ...inUse(5)),
    });
    await cloud.run();
    expect('vco-sweeper:detached' in (cloud.tags('vco-old') ?? {})).toBe(stays);
  });

  test('a connection that is bound again just before the delete loses note and mark, and later gets its whole grace', async () => {
    const cloud = start();
    const attachments = () => cloud.emulator.estate.attachments;
    const kept = attachments().find(({ VpnId }) => VpnId === 'vco-old');
    if (!kept) {
      throw new Error('none');
    }
    const copy = { ...kept, TransitRouterAttachmentId: 'tr-attach-again' };
    // The cloud says that the connection is being configured, because somebody binds it again. So everything is read
    // anew.
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
        Object.assign(row, { AttachType: 'CEN', State: 'attached', TransitRouterId: 'tr-1', ...UP });
        return reply;
      },
    });
    expect(done).toBe(true);
    expect(first.counts.deleted).toBe(0);
    expect(cloud.connection('vco-old')).toMatchObject({ AttachType: 'CEN' });
    expect(cloud.tags('vco-old')).not.toHaveProperty('vco-sweeper:detached');
    // Hours later, before the next tick, the owner unbinds it for a moment to move it to another transit router.
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

describe('the answer to the removal of a stale note is lost', () => {
  test('the run renews the orphan beside it and deletes it nevertheless', async () => {
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

describe('a note that names the attachment of another connection claims nothing', () => {
  test('a note that a script copied from a bound connection deletes nothing', async () => {
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

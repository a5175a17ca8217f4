import { describe, expect, test } from 'vitest';
import { ago, aPolicy, DAY, HOUR, NOW, REGION } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

const rules = { unassociated: 24 * HOUR, 'tunnels-down': 24 * HOUR };
const holding = (holdMs: number, more: Parameters<typeof aPolicy>[0] = {}) => ({
  rules,
  ...more,
  detach: { holdMs, ...more.detach },
});
const withHold = (holdMs: number, more: Parameters<typeof aPolicy>[0] = {}) =>
  aPolicy({ mode: 'sweep', regions: [REGION], ...holding(holdMs, more) });
const dead = (name = 'dead') => bound(name, dueTags('tunnels-down'), down);
/** The tags of a connection that was detached this long ago, and that a run saw an hour ago. */
const detached = (agoMs: number, seenMs = HOUR) => ({
  'vco-sweeper:detached': `${ago(agoMs)} tr-attach-old`,
  'vco-sweeper:seen': ago(seenMs),
});
const deletions = (calls: readonly string[]) => calls.filter((call) => call.startsWith('Delete'));
const iso = (ms: number) => new Date(ms).toISOString();
const of = (mode: 'plan' | 'mark' | 'sweep') => [{ mode, regions: undefined, connections: undefined }];

describe('with a hold, a deletion takes two visits', () => {
  test('the first detaches and holds, the second deletes once the detach note is older than the hold', async () => {
    const cloud = startCloud({ estate: estate(dead(), ...inUse(9)), policy: holding(2 * DAY) });
    const first = await cloud.run();
    const note = cloud.tags('vco-dead')?.['vco-sweeper:detached'] ?? '';
    const heldUntil = iso(Date.parse(note.split(' ')[0] ?? '') + 2 * DAY);
    expect(note).toMatch(/ tr-attach-dead$/);
    expect(first).toMatchObject({ status: 'complete', counts: { held: 1, deleted: 0, kept: 9 } });
    expect(first.outcomes).toMatchObject([
      { connectionId: 'vco-dead', outcome: 'held', rule: 'tunnels-down', heldUntil },
    ]);
    expect(deletions(cloud.writes())).toEqual(['DeleteTransitRouterVpnAttachment tr-attach-dead']);
    expect(cloud.connection('vco-dead')).toMatchObject({ AttachType: 'NO_ASSOCIATED', State: 'init' });

    cloud.clock.advance(DAY);
    const second = await cloud.run();
    expect(second).toMatchObject({ status: 'complete', counts: { held: 1, deleted: 0 } });
    expect(second.outcomes).toMatchObject([{ outcome: 'held', heldUntil }]);
    expect(cloud.tags('vco-dead')?.['vco-sweeper:detached']).toBe(note);

    cloud.clock.advance(DAY);
    expect((await cloud.run()).counts).toMatchObject({ held: 0, deleted: 1 });
    expect(cloud.connectionIds()).not.toContain('vco-dead');
  });

  test('each visit has a line in the log', async () => {
    const cloud = startCloud({ estate: estate(dead(), ...inUse(9)), policy: holding(2 * DAY) });
    await cloud.run();
    const told = () => cloud.lines.filter(({ connectionId, outcome }) => connectionId === 'vco-dead' && outcome);
    expect(told()).toMatchObject([{ event: 'detach.done', outcome: 'held', attachmentId: 'tr-attach-dead' }]);
    expect(cloud.lines.filter(({ event }) => event === 'step.failed')).toEqual([]);
    cloud.clock.advance(DAY);
    await cloud.run();
    expect(told()).toHaveLength(2);
    expect(told()[1]).toMatchObject({ event: 'connection.judged', outcome: 'held' });
  });

  test('detaching takes a place under limits.perRun, and holding takes no place', async () => {
    const cloud = startCloud({
      estate: estate(dead('a'), dead('b'), free('half', detached(HOUR)), ...inUse(9)),
      policy: holding(DAY, { limits: { perRun: 1 } }),
    });
    expect((await cloud.run()).counts).toMatchObject({ held: 2, deferred: 1, deleted: 0 });
    expect(deletions(cloud.writes())).toHaveLength(1);
    cloud.clock.advance(2 * HOUR);
    expect((await cloud.run()).counts).toMatchObject({ held: 3, deferred: 0, deleted: 0 });
  });

  test('the later delete takes a place in its own run', async () => {
    const old = [free('h1', detached(3 * DAY)), free('h2', detached(3 * DAY))];
    const cloud = startCloud({ estate: estate(...old, ...inUse(9)), policy: holding(DAY, { limits: { perRun: 1 } }) });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1, deferred: 1 });
  });

  test('a connection with nothing to detach is deleted without hold', async () => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(9)), policy: holding(30 * DAY) });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1, held: 0 });
  });

  test('without hold, it is deleted in the run that detaches it', async () => {
    const cloud = startCloud({ estate: estate(dead(), ...inUse(9)), policy: { rules } });
    const result = await cloud.run();
    expect(result.counts).toMatchObject({ deleted: 1, held: 0 });
    expect(result.outcomes).toMatchObject([{ heldUntil: null }]);
  });
});

describe('a held connection', () => {
  test.each(['plan', 'mark', 'sweep'] as const)('is held in mode %s, and its outcome says until when', async (mode) => {
    const cloud = startCloud({ estate: estate(free('half', detached(HOUR)), ...inUse(3)), policy: holding(DAY) });
    const result = await cloud.run({ parts: of(mode) });
    expect(result).toMatchObject({ status: 'complete', counts: { held: 1 } });
    expect(result.outcomes).toMatchObject([
      { outcome: 'held', rule: 'half-done', heldUntil: iso(NOW - HOUR + DAY), code: null },
    ]);
    expect(result.outcomes[0]?.reason).toContain(`held until ${iso(NOW - HOUR + DAY)}`);
    expect(cloud.writes().length > 0).toBe(mode !== 'plan');
  });

  test('stays as long as the hold, if runs see it', async () => {
    const cloud = startCloud({ estate: estate(free('half', detached(HOUR)), ...inUse(3)), policy: holding(10 * DAY) });
    for (let day = 0; day < 9; day += 1) {
      expect((await cloud.run()).counts).toMatchObject({ held: 1 });
      cloud.clock.advance(DAY);
    }
    cloud.clock.advance(DAY);
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1 });
  });

  test.each([
    ['a keep tag', { 'vco-sweeper:keep': 'yes' }],
    ['a tag of protect.tags', { env: 'prod' }],
  ])('that %s protects meanwhile stays, without note and mark', async (_by, tags) => {
    const protect = { tags: [{ key: 'env', value: 'prod' }] };
    const cloud = startCloud({
      estate: estate(free('half', { ...detached(HOUR), ...dueTags('tunnels-down'), ...tags }), ...inUse(3)),
      policy: holding(DAY, { protect }),
    });
    expect((await cloud.run()).counts).toMatchObject({ protected: 1, held: 0 });
    expect(cloud.tags('vco-half')).toEqual(tags);
    cloud.clock.advance(2 * DAY);
    expect((await cloud.run()).counts).toMatchObject({ protected: 1 });
    expect(deletions(cloud.writes())).toEqual([]);
  });

  test('that is bound again stays, without note and mark', async () => {
    const again = bound('half', { ...detached(HOUR), ...dueTags('tunnels-down') });
    const cloud = startCloud({ estate: estate(again, ...inUse(3)), policy: holding(DAY) });
    await cloud.run();
    expect(cloud.tags('vco-half')).toEqual({});
    cloud.clock.advance(2 * DAY);
    expect((await cloud.run()).counts).toMatchObject({ held: 0, deleted: 0, kept: 4 });
  });

  test('is protected just before its delete, and stays', async () => {
    const cloud = startCloud({ estate: estate(free('half', detached(2 * DAY)), ...inUse(3)), policy: holding(DAY) });
    const before = ({ action }: { readonly action: string }) => {
      const row = cloud.emulator.estate.vpnConnections.find(({ VpnConnectionId: id }) => id === 'vco-half');
      if (action === 'TagResources' && row) {
        row.tags = { ...row.tags, 'vco-sweeper:keep': 'yes' };
      }
    };
    expect((await cloud.run({ before })).counts).toMatchObject({ protected: 1, deleted: 0 });
  });

  test.each([
    ['shorter', DAY, 'deleted'],
    ['longer', 5 * DAY, 'held'],
    ['off', 0, 'deleted'],
  ] as const)('follows the newest policy, whose hold is %s', async (_what, holdMs, outcome) => {
    const half = free('half', detached(2 * DAY));
    const cloud = startCloud({ estate: estate(half, ...inUse(3)), policy: holding(3 * DAY) });
    expect((await cloud.run()).counts).toMatchObject({ held: 1 });
    const result = await cloud.run({ policy: withHold(holdMs) });
    expect(result.outcomes).toMatchObject([{ outcome }]);
  });

  test('is deleted outside the change window once its hold is over, because begun work is finished', async () => {
    const window = { days: ['Mon'], from: '22:00', to: '05:00', zone: 'UTC' } as const;
    const cloud = startCloud({
      estate: estate(free('half', detached(2 * DAY)), ...inUse(3)),
      policy: holding(DAY, { limits: { window } }),
    });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1, deferred: 0 });
  });

  test('counts in the share guard neither as due nor as a connection of the region', async () => {
    const held = Array.from({ length: 6 }, (_, index) => free(`held${index}`, detached(HOUR)));
    const due = Array.from({ length: 4 }, (_, index) => dead(`dead${index}`));
    const cloud = startCloud({ estate: estate(...held, ...due, ...inUse(3)), policy: holding(DAY) });
    // Four of the seven connections in service would be deleted, although they are four of thirteen in the region.
    expect(await cloud.run()).toMatchObject({ status: 'halted', counts: { held: 6, blocked: 4 } });
    expect(deletions(cloud.writes())).toEqual([]);
  });

  test('is blocked if it has no room for the tag that must vouch for it until its hold is over', async () => {
    const crowd = Object.fromEntries(Array.from({ length: 19 }, (_, index) => [`owner-${index}`, 'x']));
    const note = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-old` };
    const half = free('half', { ...crowd, ...note });
    const cloud = startCloud({ estate: estate(half, ...inUse(3)), policy: holding(5 * DAY) });
    const { outcomes } = await cloud.run();
    expect(outcomes).toMatchObject([
      { outcome: 'blocked', reason: expect.stringContaining('Remove 1 of its own tags') },
    ]);
    expect((await cloud.run({ policy: withHold(DAY) })).counts).toMatchObject({ held: 1, blocked: 0 });
  });
});

describe('after a gap, the hold of a detached connection starts again', () => {
  const lapsed = () => free('half', { ...dueTags('tunnels-down'), ...detached(30 * DAY, 4 * DAY) });

  test.each([
    ['24h', 24 * HOUR],
    ['0s', 0],
    ['off', 'off'],
  ] as const)('with rules.unassociated %s', async (_grace, unassociated) => {
    const cloud = startCloud({
      estate: estate(lapsed(), ...inUse(3)),
      policy: { rules: { 'tunnels-down': 24 * HOUR, unassociated }, detach: { holdMs: 2 * DAY } },
    });
    const { outcomes } = await cloud.run();
    expect(outcomes).toMatchObject([{ outcome: 'held', heldUntil: iso(NOW + 2 * DAY) }]);
    expect(outcomes[0]?.reason).toContain('its hold starts again');
    expect(deletions(cloud.writes())).toEqual([]);
    expect(cloud.tags('vco-half')).toMatchObject({
      'vco-sweeper:detached': expect.stringMatching(/^2026-11-22T12:00:00\.000\d{6}Z tr-attach-old$/),
      'vco-sweeper:seen': '2026-11-22T12:00:00Z',
    });
    cloud.clock.advance(DAY);
    expect((await cloud.run()).counts).toMatchObject({ held: 1, deleted: 0 });
    cloud.clock.advance(DAY + HOUR);
    expect((await cloud.run()).counts).toMatchObject({ held: 0, deleted: 1 });
  });

  test('note and seen are written by a single call, so that no run sees an old note beside a new seen', async () => {
    const cloud = startCloud({ estate: estate(lapsed(), ...inUse(3)), policy: holding(2 * DAY) });
    await cloud.run();
    const writes = cloud.emulator.calls.filter(({ action }) => action === 'TagResources');
    expect(writes).toHaveLength(1);
  });

  test('a plan reports it, and changes nothing', async () => {
    const cloud = startCloud({ estate: estate(lapsed(), ...inUse(3)), policy: holding(2 * DAY) });
    expect((await cloud.run({ parts: of('plan') })).outcomes).toMatchObject([
      { outcome: 'held', heldUntil: iso(NOW + 2 * DAY) },
    ]);
    expect(cloud.writes()).toEqual([]);
  });

  test('a note that somebody else changed meanwhile is left unchanged', async () => {
    const cloud = startCloud({ estate: estate(lapsed(), ...inUse(3)), policy: holding(2 * DAY) });
    const other = `${ago(60_000)} tr-attach-old`;
    const before = ({ action }: { readonly action: string }) => {
      const row = cloud.emulator.estate.vpnConnections.find(({ VpnConnectionId: id }) => id === 'vco-half');
      if (action === 'ListTagResources' && row) {
        row.tags = { ...row.tags, 'vco-sweeper:detached': other };
      }
    };
    await cloud.run({ before });
    expect(cloud.tags('vco-half')?.['vco-sweeper:detached']).toBe(other);
  });

  test.each([
    ['is older than the connection', { CreateTime: NOW - 2 * DAY }, {}],
    [
      'names an attachment that another connection holds',
      {},
      { 'vco-sweeper:detached': `${ago(30 * DAY)} tr-attach-used000` },
    ],
    ['is void', {}, { 'vco-sweeper:detached': 'void' }],
    ['is malformed', {}, { 'vco-sweeper:detached': 'yesterday' }],
  ])('but a note that %s is removed', async (_what, more, tags) => {
    const row = free('half', { ...detached(30 * DAY, 4 * DAY), ...tags }, more);
    const cloud = startCloud({ estate: estate(row, ...inUse(3)), policy: holding(2 * DAY) });
    expect((await cloud.run()).counts).toMatchObject({ held: 0, marked: 1 });
    expect(cloud.tags('vco-half')).not.toHaveProperty('vco-sweeper:detached');
  });

  test('a new note that does not show does not count, and nothing is deleted', async () => {
    const cloud = startCloud({
      estate: estate(lapsed(), ...inUse(3)),
      policy: holding(2 * DAY),
      faults: [{ action: 'TagResources', times: 'always', fault: { kind: 'no-effect' } }],
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'incomplete', outcomes: [{ outcome: 'failed', code: 'TagNotReadBack' }] });
    cloud.clock.advance(2 * DAY + HOUR);
    expect((await cloud.run()).counts).toMatchObject({ deleted: 0 });
  });
});

test('two runs at the same time both end it as held, and its note stays', async () => {
  const cloud = startCloud({ estate: estate(dead(), ...inUse(9)), policy: holding(DAY), latencyMs: 20 });
  const [one, other] = await Promise.all([cloud.run(), cloud.run()]);
  expect(one.counts.deleted + other.counts.deleted).toBe(0);
  expect(cloud.tags('vco-dead')?.['vco-sweeper:detached']).toMatch(/ tr-attach-dead$/);
  cloud.clock.advance(HOUR);
  expect((await cloud.run()).counts).toMatchObject({ held: 1 });
});

test('a run that is cut off after its detach leaves it held, and the next run does not delete it at once', async () => {
  const cloud = startCloud({ estate: estate(dead(), ...inUse(9)), policy: holding(DAY) });
  const dies = cloud.run({
    before: ({ action }) => {
      if (deletions(cloud.writes()).length > 0 && action !== 'DeleteTransitRouterVpnAttachment') {
        throw new Error('cut off');
      }
    },
  });
  await dies;
  cloud.clock.advance(HOUR);
  expect((await cloud.run()).counts).toMatchObject({ held: 1, deleted: 0 });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../lib/core/domain/policy.ts';
import { parseEstate, parseEstateFile } from '../../lib/emulator/estate/parse-estate.ts';
import { generateEstate } from '../../lib/emulator/generate/generate-estate.ts';
import { liveNights } from '../../lib/rehearse/nights/live-nights.ts';
import { rehearsalScope } from '../../lib/rehearse/nights/rehearsal-scope.ts';
import { startMomentOf } from '../../lib/rehearse/nights/start-moment.ts';
import { openStore } from '../../lib/store/open-store.ts';
import { MemoryFiles, STORE_FOLDER } from '../simulation/world/memory-files.ts';
import { aPolicy, DAY, HOUR, NOW, ORIGIN, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse, routed } from '../support/estates.ts';

type Written = Readonly<Record<string, unknown>>;

const rehearse = (written: Written, policy: Policy, nights: number, everyMs = DAY) => {
  const parsed = parseEstateFile(JSON.stringify(written), 'estate');
  const scope = rehearsalScope(policy, parsed);
  return liveNights({ scope, origin: ORIGIN, estate: parsed.estate, startMs: startMomentOf(parsed), nights, everyMs });
};

/** The same nights as separate sweeps, without the code of a rehearsal. */
async function liveByHand(written: Written, policy: Policy, nights: number) {
  const cloud = startCloud({ estate: written });
  const store =
    policy.store === undefined
      ? undefined
      : await openStore(
          STORE_FOLDER,
          { clock: cloud.clock, deadlineMs: Number.POSITIVE_INFINITY },
          new MemoryFiles(cloud.clock, [], 0),
        );
  const deletedIn = new Map<string, number>();
  let result = await cloud.run({ policy, ...(store && { store }) });
  for (let night = 1; ; night += 1) {
    for (const { outcome, connectionId } of result.outcomes) {
      if (outcome === 'deleted') {
        deletedIn.set(connectionId, night);
      }
    }
    if (night === nights) {
      return { deletedIn, result, ids: cloud.connectionIds() };
    }
    await cloud.clock.sleep(NOW + night * DAY - cloud.clock.now());
    result = await cloud.run({ policy, ...(store && { store }) });
  }
}

describe('a rehearsal', () => {
  test('ends as the same nights do by hand: the same connections left, reasons, and nights of deletion', async () => {
    const setting = fc.record({
      seed: fc.nat(1_000_000),
      connections: fc.integer({ min: 20, max: 60 }),
      nights: fc.integer({ min: 1, max: 6 }),
      force: fc.boolean(),
      holdMs: fc.constantFrom(0, 2 * DAY),
      perDay: fc.constantFrom<number | 'off'>('off', 4),
    });
    await fc.assert(
      fc.asyncProperty(setting, async ({ nights, force, holdMs, perDay, ...options }) => {
        const made = { ...generateEstate({ ...options, regions: [REGION, 'eu-central-1'], nowMs: NOW }), madeAt: NOW };
        const policy = aPolicy({
          mode: 'sweep',
          regions: [REGION, 'eu-central-1'],
          rules: { unassociated: DAY, 'tunnels-down': 2 * DAY, unrouted: DAY, expired: HOUR },
          detach: { force, roles: [], holdMs },
          limits: { perRun: 9, perDay },
          ...(perDay === 'off' ? {} : { store: STORE_FOLDER }),
        });
        const rehearsed = await rehearse(made, policy, nights);
        const byHand = await liveByHand(made, policy, nights);
        expect(rehearsed.deletedIn).toEqual(byHand.deletedIn);
        expect(rehearsed.last.counts).toEqual(byHand.result.counts);
        const plain = ({ connectionId, outcome, reason }: { connectionId: string; outcome: string; reason: string }) =>
          `${connectionId} ${outcome} ${reason.replaceAll(/rehearsal-night-\d+/g, 'run')}`;
        expect(rehearsed.last.outcomes.map(plain).sort()).toEqual(byHand.result.outcomes.map(plain).sort());
        const gone = byHand.result.outcomes.filter(({ outcome }) => outcome === 'deleted');
        const ids = byHand.ids.filter((id) => !gone.some(({ connectionId }) => connectionId === id));
        const shown = (id: string) =>
          parseEstate(JSON.stringify(made), 'made').vpnConnections.find((row) => row.VpnConnectionId === id)?.State !==
          'deleted';
        expect(
          rehearsed.left
            .map(({ connectionId }) => connectionId)
            .filter(shown)
            .sort(),
        ).toEqual(ids.filter(shown));
      }),
      { numRuns: 6 },
    );
  });

  test('is the same for the same request', async () => {
    const made = { ...generateEstate({ seed: 5, connections: 60, regions: [REGION], nowMs: NOW }), madeAt: NOW };
    const policy = aPolicy({ regions: [REGION], rules: { 'tunnels-down': DAY } });
    const [first, second] = [await rehearse(made, policy, 5), await rehearse(made, policy, 5)];
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(second.deletedIn).toEqual(first.deletedIn);
  });

  test('tells an untouched connection from a connection that got only a tag', async () => {
    const policy = aPolicy({ regions: [REGION], rules: { unassociated: 30 * DAY } });
    const { left } = await rehearse({ ...estate(free('idle'), ...inUse(1)), madeAt: NOW }, policy, 2);
    expect(left.map(({ connectionId, isUntouched }) => [connectionId, isUntouched]).sort()).toEqual([
      ['vco-idle', false],
      ['vco-used000', true],
    ]);
  });

  test('reports a blocked connection once, and again after it had another outcome', async () => {
    const policy = aPolicy({ regions: [REGION], rules: { 'tunnels-down': 0 } });
    const written = { ...estate(bound('stuck', {}, down), ...inUse(3)), ...routed('stuck'), madeAt: NOW };
    const { nights } = await rehearse(written, policy, 3);
    expect(nights.map(({ news }) => news.map(({ connectionId, outcome }) => `${connectionId} ${outcome}`))).toEqual([
      ['vco-stuck blocked'],
      [],
      [],
    ]);
  });

  test('reports a halted region only in the first night of the halt', async () => {
    const policy = aPolicy({ regions: [REGION] });
    const due = Array.from({ length: 5 }, (_, at) => free(`due${at}`, dueTags()));
    const { nights } = await rehearse({ ...estate(...due), madeAt: NOW }, policy, 2);
    expect(nights.map(({ halted }) => halted.map(({ regionId }) => regionId))).toEqual([[REGION], []]);
  });

  test('keeps a store in memory, so that a limit over all runs counts', async () => {
    const policy = aPolicy({ regions: [REGION], limits: { perDay: 2, perRegionShare: 1 }, store: '/mnt/not-here' });
    const due = Array.from({ length: 5 }, (_, at) => free(`due${at}`, dueTags()));
    // More than a day later, because a backup counts for 24 hours.
    const { nights } = await rehearse({ ...estate(...due), madeAt: NOW }, policy, 3, 25 * HOUR);
    expect(nights.map(({ counts }) => counts.deleted)).toEqual([2, 2, 1]);
  });

  test('shows the effect of a policy without guards on sites that are down tonight', async () => {
    const dark = Array.from({ length: 30 }, (_, at) => bound(`branch${at}`, {}, down));
    const careless = aPolicy({
      regions: [REGION],
      rules: { 'tunnels-down': 0 },
      limits: { perRegionShare: 1, perRun: 500 },
    });
    const written = { ...estate(...dark, ...inUse(11)), madeAt: NOW };
    const { nights, deletedIn, left } = await rehearse(written, careless, 30);
    expect(nights[0]).toMatchObject({ night: 1, detached: 30, counts: { deleted: 30 } });
    expect(deletedIn.size).toBe(30);
    expect(left).toHaveLength(11);
    const careful = aPolicy({ regions: [REGION], rules: { 'tunnels-down': 0 } });
    const guarded = await rehearse(written, careful, 1);
    expect(guarded.deletedIn.size).toBe(0);
    expect(guarded.nights[0]?.halted).toEqual([{ accountId: '1000000000000001', regionId: REGION }]);
  });
});

describe('the moment of the first night', () => {
  const at = (written: Written) => startMomentOf(parseEstateFile(JSON.stringify(written), 'estate'));

  test('is when the estate was made', () => {
    expect(at({ ...estate(free('one')), madeAt: '2026-11-22T12:00:00Z' })).toBe(NOW);
  });

  test('is the newest time in an estate that does not say when it was made', () => {
    const seen = { 'vco-sweeper:seen': new Date(NOW - HOUR).toISOString() };
    expect(at(estate(free('one', seen), free('two', {}, { CreateTime: NOW - DAY })))).toBe(NOW - HOUR);
    expect(at(estate(free('one', seen), free('two', {}, { CreateTime: NOW })))).toBe(NOW);
  });
});

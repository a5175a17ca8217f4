import { describe, expect, test } from 'vitest';
import type { RefusedEvent } from '../../lib/core/domain/outcome.ts';
import { ACCOUNT, NOW, ORIGIN, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { dueTags, estate, free, inUse } from '../support/estates.ts';

type Cloud = ReturnType<typeof startCloud>;
const told = ({ lines }: Cloud, event: string) => lines.filter((line) => line.event === event);
const smallCloud = () => startCloud({ estate: estate(free('old', dueTags()), ...inUse(3)), latencyMs: 40 });
const refusals = (count: number): readonly RefusedEvent[] =>
  Array.from({ length: count }, (_, index) => ({ index, id: `event-${index}`, reason: 'not in the scope' }));

test('the first log line has the rules and limits of the run', async () => {
  const cloud = smallCloud();
  await cloud.run();
  const { rules, limits } = cloud.policy;
  expect(told(cloud, 'run.started')).toEqual([{ event: 'run.started', mode: 'sweep', policy: ORIGIN, rules, limits }]);
});

test('the last log line ends the run as the result does', async () => {
  const cloud = smallCloud();
  const { status, durationMs, counts, calls } = await cloud.run();
  const ending = { mode: 'sweep', status, durationMs, counts, calls, regions: 1, notFound: [] };
  expect(told(cloud, 'run.finished')).toEqual([{ event: 'run.finished', ...ending }]);
  expect(cloud.lines.at(-1)?.event).toBe('run.finished');
});

test('counts only the connections that an event names', async () => {
  const cloud = smallCloud();
  const parts = [{ mode: 'sweep', regions: undefined, connections: ['vco-old'] }] as const;
  const result = await cloud.run({ parts });
  expect(Object.values(result.counts).reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(result.counts).toMatchObject({ deleted: 1, kept: 0 });
});

test('a run lasts from before its first call until after its last', async () => {
  const cloud = smallCloud();
  const result = await cloud.run();
  expect(result.startedAt).toBe(new Date(NOW).toISOString());
  expect(result.durationMs).toBe(cloud.clock.now() - NOW);
  expect(result.durationMs).toBeGreaterThan(0);
});

test('the log says why a region was halted: due connections, all connections and the allowed share', async () => {
  const ours = Array.from({ length: 5 }, (_, index) => free(`old${index}`, dueTags()));
  const cloud = startCloud({ estate: estate(...ours, ...inUse(2)) });
  await cloud.run();
  const halt = { accountId: ACCOUNT, regionId: REGION, ripe: 5, ours: 7, perRegionShare: 0.5 };
  expect(told(cloud, 'guard.halted')).toEqual([{ event: 'guard.halted', ...halt }]);
});

test('the log has the remarks about the events, at most a hundred', async () => {
  const cloud = smallCloud();
  const notes = Array.from({ length: 101 }, (_, index) => `note ${index}`);
  await cloud.run({ notes });
  expect(told(cloud, 'run.started')).toMatchObject([{ notes: notes.slice(0, 100) }]);
});

describe('refused events', () => {
  test('are absent from the result if no event was refused', async () => {
    const cloud = smallCloud();
    expect(await cloud.run()).not.toHaveProperty('refusedEvents');
  });

  test('are in the result and in the log with their reasons, up to a hundred', async () => {
    const cloud = smallCloud();
    const refused = refusals(100);
    const result = await cloud.run({ refused });
    expect(result.refusedEvents).toEqual(refused);
    expect(result).not.toHaveProperty('refusedEventsOmitted');
    expect(told(cloud, 'run.started')).toMatchObject([{ refusedEvents: refused }]);
  });

  test('beyond a hundred are only counted', async () => {
    const refused = refusals(103);
    expect(await smallCloud().run({ refused })).toMatchObject({
      refusedEvents: refused.slice(0, 100),
      refusedEventsOmitted: 3,
    });
  });
});

describe('outcomes', () => {
  const many = (count: number) =>
    startCloud({
      estate: estate(...Array.from({ length: count }, (_, index) => free(`new${index}`)), ...inUse(2)),
      policy: { mode: 'plan' },
    });

  test('up to a thousand are all in the result, besides kept connections', async () => {
    const result = await many(1_000).run();
    expect(result.outcomes).toHaveLength(1_000);
    expect(result).not.toHaveProperty('outcomesOmitted');
  });

  test('beyond a thousand are counted, and each outcome is still in the log', async () => {
    const cloud = many(1_003);
    const result = await cloud.run();
    expect(result.outcomes).toHaveLength(1_000);
    expect(result).toMatchObject({ outcomesOmitted: 3, counts: { waiting: 1_003, kept: 2 } });
    expect(told(cloud, 'connection.judged')).toHaveLength(1_005);
  });

  test('list acted-on connections first when the result is capped', async () => {
    const kept = { 'vco-sweeper:keep': '' };
    const cloud = startCloud({
      estate: estate(
        ...Array.from({ length: 1_003 }, (_, index) => free(`kept${index}`, kept)),
        free('old', dueTags()),
      ),
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ outcomesOmitted: 4, counts: { protected: 1_003, deleted: 1 } });
    expect(result.outcomes.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(1);
  });

  test("are in the order of the policy's regions, whichever region answered first", async () => {
    const cloud = startCloud({
      estate: estate(free('near'), ...inUse(60), free('far', {}, { regionId: 'eu-central-1' })),
      policy: { mode: 'plan', regions: [REGION, 'eu-central-1'] },
      latencyMs: 40,
    });
    const { outcomes } = await cloud.run();
    expect(outcomes.map(({ connectionId }) => connectionId)).toEqual(['vco-near', 'vco-far']);
    expect(told(cloud, 'region.listed').map(({ regionId }) => regionId)).toEqual(['eu-central-1', REGION]);
  });
});

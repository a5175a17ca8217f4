import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createScenario, type Scenario } from './stories/scenario.ts';
import { type Story, simulate } from './world/world.ts';

/**
 * Mistakes that the simulator found, and that were mended at the root. Each story is the shortest that showed the mistake.
 * It is kept as data, because the story of a seed changes with the generator. Its file has the name of the defect that
 * brings the mistake back.
 */
const REGRESSIONS: readonly (readonly [file: string, what: string])[] = [
  ['clock-set-back', 'a clock that was set back made old readings fresh'],
  ['detach-retry-does-not-look', 'after a lost answer a detach was sent again on evidence from before it'],
  ['missing-name-is-none', 'a name that replies left out was taken for none, and protect.names for met'],
  ['refusal-removes-another-note', "a refused run removed another run's detach note while its detach was under way"],
  ['retry-does-not-look', 'a delete that was answered "busy" was sent again on old evidence'],
  [
    'removal-waits-its-turn',
    "a detach note was removed half a minute after the run read it, and was another run's by then",
  ],
  ['other-note-is-removed', "a run that stopped removed another run's note, who was killed before it could restore it"],
  ['upkeep-removes-another-note', "a run that kept up tags removed what had become another run's note meanwhile"],
  [
    'recheck-removes-another-note',
    "a run that found a connection changed removed another run's note half a minute later",
  ],
  ['another-run-takes-the-note', "a run went on by another run's note, which that run then removed"],
  [
    'routes-of-a-detach',
    'a connection that somebody detached during a read had lost its routes, and looked like unrouted',
  ],
  ['mark-write-waits-its-turn', 'a mark that was written late brought back a clock that another run had removed'],
  ['tag-look-ignores-the-deadline', 'looking for a tag that did not show went on past the deadline'],
];

const readStory = (name: string): Scenario =>
  JSON.parse(readFileSync(new URL(`stories/regressions/${name}.json`, import.meta.url), 'utf8'));

const SEEDS = 400;
const SLICE = 50;

type Lived = Pick<Story, 'violations' | 'stats'>;
const lived = new Map<number, Promise<Lived>>();

/** Each seed is simulated once, even if several tests ask for it. */
function live(seed: number): Promise<Lived> {
  const story =
    lived.get(seed) ?? simulate(createScenario(seed)).then(({ violations, stats }) => ({ violations, stats }));
  lived.set(seed, story);
  return story;
}

describe('no story breaks a promise', () => {
  test.each(REGRESSIONS)('%s: %s', async (name) => {
    const { violations, stats } = await simulate(readStory(name));
    expect(violations).toEqual([]);
    expect(stats.runs).toBeGreaterThan(0);
  });

  test.each(Array.from({ length: SEEDS / SLICE }, (_, index) => [1 + index * SLICE, (index + 1) * SLICE]))(
    'seeds %i to %i',
    async (from, to) => {
      for (let seed = from; seed <= to; seed += 1) {
        const { violations } = await live(seed);
        expect({ seed, violations }).toEqual({ seed, violations: [] });
      }
    },
  );
});

test('the same seed tells the same story, line by line', async () => {
  for (const seed of [7, 77, 777]) {
    const [first, second] = [await simulate(createScenario(seed)), await simulate(createScenario(seed))];
    expect(second.history).toEqual(first.history);
    expect(first.history.length).toBeGreaterThan(20);
  }
});

test('faults, deaths, overlaps, acts of other people, and deletions all occur in the stories', async () => {
  const sums = { faults: 0, crashes: 0, overlaps: 0, people: 0, deletions: 0 };
  for (let seed = 1; seed <= 60; seed += 1) {
    const { stats } = await live(seed);
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) {
      sums[name] += stats[name];
    }
  }
  for (const count of Object.values(sums)) {
    expect(count).toBeGreaterThan(5);
  }
});

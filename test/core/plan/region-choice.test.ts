import { expect, test } from 'vitest';
import type { RegionChoice } from '../../../lib/core/domain/policy.ts';
import {
  allowsRegionId,
  chooseRegions,
  describeChoice,
  isNamed,
  unknownExceptions,
} from '../../../lib/core/plan/region-choice.ts';

const LISTED = ['cn-beijing', 'cn-hangzhou', 'eu-central-1'];

test.each<[RegionChoice, readonly string[], readonly string[], string, boolean]>([
  ['all', LISTED, [], 'all', false],
  [['eu-central-1', 'cn-special-1'], ['eu-central-1', 'cn-special-1'], [], 'eu-central-1, cn-special-1', true],
  [
    { except: ['cn-beijing', 'cn-beijng'] },
    ['cn-hangzhou', 'eu-central-1'],
    ['cn-beijng'],
    'all but cn-beijing, cn-beijng',
    false,
  ],
  [{ except: [] }, LISTED, [], 'all', false],
])('%j', (choice, chosen, unknown, text, named) => {
  expect(chooseRegions(choice, LISTED)).toEqual(chosen);
  expect(LISTED.filter((regionId) => allowsRegionId(choice, regionId))).toEqual(
    LISTED.filter((regionId) => chosen.includes(regionId)),
  );
  expect(unknownExceptions(choice, LISTED)).toEqual(unknown);
  expect(describeChoice(choice)).toBe(text);
  expect(isNamed(choice)).toBe(named);
});

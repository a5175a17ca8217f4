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

test.each<[RegionChoice, { chosen: readonly string[]; unknown: readonly string[]; text: string; named: boolean }]>([
  ['all', { chosen: LISTED, unknown: [], text: 'all', named: false }],
  [
    ['eu-central-1', 'cn-special-1'],
    { chosen: ['eu-central-1', 'cn-special-1'], unknown: [], text: 'eu-central-1, cn-special-1', named: true },
  ],
  [
    { except: ['cn-beijing', 'cn-beijng'] },
    {
      chosen: ['cn-hangzhou', 'eu-central-1'],
      unknown: ['cn-beijng'],
      text: 'all but cn-beijing, cn-beijng',
      named: false,
    },
  ],
  [{ except: [] }, { chosen: LISTED, unknown: [], text: 'all', named: false }],
])('%j', (choice, { chosen, unknown, text, named }) => {
  expect(chooseRegions(choice, LISTED)).toEqual(chosen);
  expect(LISTED.filter((regionId) => allowsRegionId(choice, regionId))).toEqual(
    LISTED.filter((regionId) => chosen.includes(regionId)),
  );
  expect(unknownExceptions(choice, LISTED)).toEqual(unknown);
  expect(describeChoice(choice)).toBe(text);
  expect(isNamed(choice)).toBe(named);
});

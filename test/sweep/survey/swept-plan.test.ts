import { expect, test } from 'vitest';
import { CloudError, ConfigError } from '../../../lib/core/domain/errors.ts';
import type { PlanEntry } from '../../../lib/core/saved-plan/saved-plan.ts';
import { type OpenPlaces, UNKNOWN_ACCOUNT } from '../../../lib/sweep/survey/open-places.ts';
import { refuseOutside, type SweptPlan } from '../../../lib/sweep/survey/swept-plan.ts';
import { ACCOUNT, REGION } from '../../support/builders.ts';

const error = new CloudError({ action: 'DescribeRegions', code: 'Throttling', effect: 'refused' });
const unopened = (accountId: string, regionIds: readonly string[]) => [{ accountId, regionIds, error }];

function refusal(change: Partial<OpenPlaces>): string | undefined {
  const entry = { connectionId: 'vco-1', accountId: ACCOUNT, regionId: REGION } as PlanEntry;
  const places = { places: [], unopened: [], ...change } as Partial<OpenPlaces> as OpenPlaces;
  try {
    refuseOutside({ entries: [entry] } as Partial<SweptPlan> as SweptPlan, places);
    return undefined;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ConfigError);
    return (thrown as ConfigError).message;
  }
}

const open = (accountId: string, regionId: string) => ({ places: [{ accountId, regionId }] }) as unknown as OpenPlaces;

test.each<[what: string, places: Partial<OpenPlaces>]>([
  ['opened', open(ACCOUNT, REGION)],
  ['of an account whose regions could not be listed', { unopened: unopened(ACCOUNT, []) }],
  ['one of the regions that could not be opened', { unopened: unopened(ACCOUNT, ['a', REGION]) }],
  ['in an account that may be any account', { unopened: unopened(UNKNOWN_ACCOUNT, []) }],
])('a plan about a place is swept if the place is %s', (_what, places) => {
  expect(refusal(places)).toBeUndefined();
});

test.each<[what: string, places: Partial<OpenPlaces>]>([
  ['no place is open', {}],
  ['another region is open', open(ACCOUNT, 'eu-central-1')],
  ['another account is open', open('2000000000000002', REGION)],
  ['another account could not be opened', { unopened: unopened('2000000000000002', []) }],
  ['only other regions of the account could not be opened', { unopened: unopened(ACCOUNT, ['eu-central-1']) }],
  ['only other regions of an unknown account could not be opened', { unopened: unopened(UNKNOWN_ACCOUNT, ['a']) }],
])('a plan is refused if %s', (_what, places) => {
  expect(refusal(places)).toBe(
    `the plan is refused: account ${ACCOUNT}, region ${REGION} is outside what the policy and the credentials are about`,
  );
});

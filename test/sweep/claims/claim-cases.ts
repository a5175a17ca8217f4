import { DAY } from '../../support/builders.ts';
import type { startCloud } from '../../support/cloud.ts';

type Cloud = ReturnType<typeof startCloud>;

export const UP = { Status: 'ipsec_sa_established' };
export const night = (cloud: Cloud) => cloud.clock.sleep(DAY);
export const outcomeOf = (result: Awaited<ReturnType<Cloud['run']>>, id: string) =>
  result.outcomes.find(({ connectionId }) => connectionId === id);

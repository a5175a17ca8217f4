import type { ConnectionId } from '../../core/domain/estate.ts';
import { countOutcomes } from '../../core/domain/outcome.ts';
import type { Lost, Rehearsal } from '../nights/rehearsal.ts';

/** The connections that a person expects to survive, and the expected connections that did not. */
export type Expectation = { readonly expected: readonly ConnectionId[]; readonly lost: readonly Lost[] };

const REHEARSAL_FORMAT = 'vco-sweeper/rehearsal@1';

/** A rehearsal as data for programs. Pure. */
export function rehearsalData(rehearsal: Rehearsal, { expected, lost }: Expectation) {
  const { origin, startedAt, everyMs, connections, leftOut, nights, left, deletedIn, detachedIn } = rehearsal;
  const all = nights.flatMap(({ news }) => news);
  return {
    format: REHEARSAL_FORMAT,
    mode: 'sweep',
    policy: origin,
    startedAt,
    everyMs,
    leftOut,
    totals: {
      connections,
      nights: nights.length,
      deleted: deletedIn.size,
      detached: detachedIn.size,
      left: left.length,
      untouched: left.filter(({ isUntouched }) => isUntouched).length,
      news: countOutcomes(all),
    },
    nights,
    left,
    expected: { survived: expected.length - lost.length, lost },
  };
}

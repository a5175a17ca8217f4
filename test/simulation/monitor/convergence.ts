import type { Emulator } from '../../../lib/emulator/emulator-types.ts';
import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import { CALM_RUN, FOREIGN, OWN, type PolicyDocument, type Scenario } from '../stories/scenario.ts';
import {
  dependenciesOf,
  heldRules,
  holdersOf,
  isBound,
  isOurs,
  isProtected,
  mayBeNamed,
  regionsOf,
  section,
} from '../world/truth.ts';
import { hasRoom } from './claims-monitor.ts';
import { maxGapMs, mayBeHalfDone } from './due.ts';
import { holdMs } from './hold-watch.ts';

const TAGS_MAX = 20;

/** The state at the end of a story, and the measure for it. */
export type FinalState = Pick<Scenario, 'behaviours'> & {
  readonly emulator: Emulator;
  readonly policy: PolicyDocument;
  readonly nowMs: number;
  readonly isHalfDone: (row: ConnectionRecord) => boolean;
};

/**
 * Connections that should be gone and are not, after faults and other people have stopped and runs went on for long
 * enough. The checks at every call are the other half: they find deletions that should not be.
 */
export function checkConverged(state: FinalState): readonly string[] {
  const { emulator, policy, nowMs, isHalfDone } = state;
  if (policy.mode !== 'sweep' || Number(section(policy, 'limits').perRun ?? 20) === 0) {
    return [];
  }
  const regions = regionsOf(policy, CALM_RUN.home);
  const { estate } = emulator;
  const shouldGo = (row: ConnectionRecord): boolean =>
    row.accountId === OWN &&
    regions.includes(row.regionId) &&
    isOurs(row) &&
    !isProtected(row, policy, nowMs) &&
    !mayBeNamed(row, policy) &&
    (heldRules(row, estate, policy, nowMs).length > 0 || isHalfDone(row)) &&
    canGo(row, state);

  return regions.flatMap((regionId) => {
    const here = estate.vpnConnections.filter(
      (row) =>
        row.regionId === regionId &&
        row.accountId === OWN &&
        (row.AttachType === 'CEN' || row.AttachType === 'NO_ASSOCIATED'),
    );
    const left = here.filter(shouldGo);
    const { perRegionShare = 0.5, shareFloor = 3 } = section(policy, 'limits') as {
      perRegionShare?: number;
      shareFloor?: number;
    };
    // The guard may hold a whole region back, and then it is right to.
    const due = here.filter(
      (row) =>
        isOurs(row) &&
        row.State !== 'financialLocked' &&
        // A connection that was detached and never deleted counts for the guard, even with all rules off.
        (heldRules(row, estate, policy, nowMs).length > 0 || mayBeHalfDone(row, policy, nowMs)),
    ).length;
    if (left.length === 0 || perRegionShare === 0 || (due / here.length > perRegionShare && due > shareFloor)) {
      return [];
    }
    return left.map(({ VpnConnectionId }) => `${VpnConnectionId} should be gone, and is still there`);
  });
}

/** Whether a sweep can remove it without a person's help. */
function canGo(row: ConnectionRecord, { emulator, behaviours, policy, isHalfDone }: FinalState): boolean {
  const { estate } = emulator;
  if (row.State === 'financialLocked') {
    return false;
  }
  const roles = section(policy, 'detach').roles as readonly string[] | undefined;
  const foreign = holdersOf(estate, row.VpnConnectionId).some(({ accountId }) => accountId === FOREIGN);
  if (foreign && !roles?.length) {
    return false;
  }
  if (!hasRoom(row, isBound(row, estate)) && !isHalfDone(row)) {
    return false;
  }
  if (isHalfDone(row) && !('vco-sweeper:seen' in row.tags) && Object.keys(row.tags).length >= TAGS_MAX) {
    // Nothing can vouch for it until a long hold is over.
    return holdMs(policy) <= maxGapMs(policy);
  }
  const { force } = section(policy, 'detach');
  if (isBound(row, estate) && force === true && behaviours.forceDelete === 'not-supported') {
    return false;
  }
  // Without force a person has to settle the route tables of the attachment.
  return force === true || !isBound(row, estate) || dependenciesOf(row, estate) === 0;
}

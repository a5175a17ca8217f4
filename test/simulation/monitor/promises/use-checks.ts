import type { ConnectionRecord } from '../../../../lib/emulator/estate/estate-types.ts';
import type { Call } from '../../world/shown.ts';
import { holdersOf, isOurs, isProtected } from '../../world/truth.ts';
import type { Scene, Since } from '../scene.ts';
import { idsOf } from '../tag-calls.ts';
import { clockErrorsMs, modeOf, type Say, type Watched } from '../watched-run.ts';

/** S1, S6, S8, S9: nothing in use, protected, outside the request, or of a VPN gateway is touched. */
export class UseChecks {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** A detach or a delete needs the mode `sweep`, and a connection that is the sweeper's to touch. */
  checkScope(run: Watched, row: ConnectionRecord, say: Say): void {
    const mode = modeOf(run, row.VpnConnectionId, row.regionId);
    if (mode !== 'sweep') {
      say('S8', mode === undefined ? 'outside what was asked for' : `in mode ${mode}`);
    }
    if (!isOurs(row)) {
      say('S9', "it is a VPN gateway's");
    }
  }

  checkTruth(run: Watched, row: ConnectionRecord, allowanceMs: number, say: Say): void {
    const scene = this.#scene;
    const truth = scene.truthOf(row.VpnConnectionId);
    // A run that began under another policy is not measured by this policy.
    if (truth === undefined || scene.blurred() || run.policy !== scene.policy) {
      return;
    }
    const forLong = ({ sinceMs }: Since<boolean>) => scene.now() - sinceMs > allowanceMs;
    // A run whose clock is ahead may see a connection come of age a little early.
    const ownMs = scene.now() + Math.max(0, ...clockErrorsMs(run));
    if (truth.protected.value && forLong(truth.protected) && isProtected(row, run.policy, ownMs)) {
      say('S6', 'it is protected');
    }
    // If only the transit routers know of a holder, a round of their lists shows it: see `LookChecks`.
    const isListedOnly = row.AttachType === 'NO_ASSOCIATED' && holdersOf(scene.estate, row.VpnConnectionId).length > 0;
    if (!truth.sweepable.value && !isListedOnly && forLong(truth.sweepable)) {
      say('S1', 'no rule that is on holds: it is in use, or in doubt');
    }
  }

  /** A tag write needs a mode above `plan`. */
  checkTagMode(run: Watched, call: Call, row: ConnectionRecord): void {
    const mode = modeOf(run, row.VpnConnectionId, row.regionId);
    if (mode !== 'mark' && mode !== 'sweep') {
      this.#scene.report(run, 'S8', `${call.action} ${row.VpnConnectionId} in mode ${mode}`);
    }
  }

  checkTagOwner(run: Watched, call: Call, row: ConnectionRecord): void {
    if (!isOurs(row)) {
      this.#scene.report(run, 'S9', `${call.action} ${row.VpnConnectionId}: it is a VPN gateway's`);
    }
  }

  /** The tags of a connection without room were full when the run listed it. */
  checkRoom(run: Watched, call: Call): void {
    const id = idsOf(call).find((one) => run.roomless.has(one));
    if (id) {
      this.#scene.report(run, 'S14', `TagResources ${id}: it has no room for more tags, and that was to be seen`);
    }
  }
}

import type { ConnectionRecord } from '../../../../lib/emulator/estate/estate-types.ts';
import { OWN, REREADS_WITNESSES } from '../../stories/scenario.ts';
import type { Call } from '../../world/shown.ts';
import { holdersOf, section, toMs } from '../../world/truth.ts';
import { type Scene, SLACK_MS } from '../scene.ts';
import { rolesOf, type Say, type Watched } from '../watched-run.ts';

/** A detach or delete of one connection. */
type Removal = { readonly call: Call; readonly row: ConnectionRecord; readonly allowanceMs: number };

/** A round of the lists of all transit routers is never older. */
const ROUND_AGE_MS_MAX = 60_000;

/** S2, S3, S5: before it writes, a run has read everything whole, has asked both sides, and has looked again. */
export class LookChecks {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  checkListing(run: Watched, row: ConnectionRecord, say: Say): void {
    if (!run.shown.sawWhole(OWN, row.regionId)) {
      say('S2', `the listing of ${row.regionId} was not complete`);
    }
  }

  checkTagListing(run: Watched, call: Call, row: ConnectionRecord): void {
    if (!run.shown.sawWhole(OWN, row.regionId)) {
      this.#scene.report(run, 'S2', `${call.action} ${row.VpnConnectionId}: listing not complete`);
    }
  }

  checkFreshness(run: Watched, { call, row, allowanceMs }: Removal, say: Say): void {
    const nowMs = this.#scene.now();
    const readings = run.shown.readings.get(row.VpnConnectionId) ?? [];
    const last = readings.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (readings.length < 2) {
      say('S5', 'never read again after the listing');
    }
    if (nowMs - last > allowanceMs) {
      say('S5', `last read ${nowMs - last} ms ago`);
    }
    if (call.action !== 'DeleteTransitRouterVpnAttachment' || row.TransitRouterId === undefined) {
      return;
    }
    const alone = run.shown.attachmentReadings.get(call.params.TransitRouterAttachmentId ?? '') ?? [];
    const router = [...(run.shown.routerReadings.get(row.TransitRouterId) ?? []), ...alone].sort((a, b) => a - b);
    if (router.length < 2 || nowMs - (router.at(-1) ?? 0) > allowanceMs) {
      say('S5', 'its transit router was not read again');
    }
  }

  /** The run has to have asked every transit router that may hold it. */
  checkWitnesses(run: Watched, call: Call, row: ConnectionRecord, say: Say): void {
    const scene = this.#scene;
    if (call.action !== 'DeleteVpnAttachment' || row.AttachType !== 'NO_ASSOCIATED') {
      return;
    }
    const [holder] = holdersOf(scene.estate, row.VpnConnectionId);
    const held = scene.truthOf(row.VpnConnectionId)?.sweepable;
    const settled = held !== undefined && !held.value && scene.now() - held.sinceMs > this.#witnessAllowanceMs(run);
    if (holder && settled && !scene.blurred()) {
      say('S3', `${holder.TransitRouterId} lists it as ${holder.Status}`);
    }
    if (REREADS_WITNESSES && !run.touched.has(row.VpnConnectionId)) {
      this.#checkRound(run, row, say);
    }
    const accounts = rolesOf(run.policy).map((role) => /^acs:ram::(\d+):/.exec(role)?.[1] ?? '');
    const unheard = accounts.find((accountId) => !run.shown.sawRouters(accountId, row.regionId));
    if (unheard) {
      say('S3', `the transit routers of ${unheard} were not read`);
    }
  }

  /** A round may be as old as `recheck.maxAge` plus its own duration, at most a minute. */
  #witnessAllowanceMs(run: Watched): number {
    const maxAgeMs = toMs(section(run.policy, 'recheck').maxAge ?? '10s');
    const roundMs = run.misled ? ROUND_AGE_MS_MAX : maxAgeMs + this.#scene.options.roundMs;
    return Math.min(ROUND_AGE_MS_MAX, roundMs) + SLACK_MS;
  }

  /** If a connection is bound to nothing, the run reads the lists of all transit routers once more. */
  #checkRound(run: Watched, row: ConnectionRecord, say: Say): void {
    const accounts = [OWN, ...rolesOf(run.policy).map((role) => /^acs:ram::(\d+):/.exec(role)?.[1] ?? '')];
    const routers = accounts.flatMap((accountId) => run.shown.routersOf(accountId, row.regionId));
    const old = routers.find((id) => {
      const readings = run.shown.routerReadings.get(id) ?? [];
      return readings.length < 2 || this.#scene.now() - (readings.at(-1) ?? 0) > this.#witnessAllowanceMs(run);
    });
    if (old) {
      say('S5', `the list of ${old} was not read again`);
    }
  }
}

import type { ConnectionRecord } from '../../../../lib/emulator/estate/estate-types.ts';
import type { PolicyDocument } from '../../stories/scenario.ts';
import type { Call } from '../../world/shown.ts';
import { isClosed, section } from '../../world/truth.ts';
import { CLOCKS_OFF_MS, noteOf } from '../claims-monitor.ts';
import { isCounted, isDue, mayBeHalfDone } from '../due.ts';
import { type Scene, SLACK_MS } from '../scene.ts';
import { clockErrorsMs, type Say, type Watched } from '../watched-run.ts';

/** S7: the limits of a run, of a day and of a region hold, and so does the change window. */
export class LimitChecks {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  checkLimits(run: Watched, row: ConnectionRecord, say: Say): void {
    const limits = section(run.policy, 'limits');
    const touched = new Set([...run.touched, row.VpnConnectionId]);
    if (touched.size > Number(limits.perRun ?? 20)) {
      say('S7', `number ${touched.size} of this run`);
    }
    const rows = this.#scene.rows.filter((other) => other.regionId === row.regionId && isCounted(other));
    const count = rows.filter(({ VpnConnectionId }) => touched.has(VpnConnectionId)).length;
    const share = Number(limits.perRegionShare ?? 0.5);
    // Other people may have created or deleted connections since the listing: the check allows for one of each.
    const over = count / (rows.length + 1) > share && count > Number(limits.shareFloor ?? 3) + 1;
    if (share === 0 || over) {
      say('S7', `${count} of ${rows.length} in the region`);
    }
  }

  /** Too many connections are due, now and when the run began. The part that this run covers does not matter. */
  checkShare(run: Watched, row: ConnectionRecord, say: Say): void {
    const scene = this.#scene;
    if (run.touched.size > 0 || run.misled || scene.blurred() || run.policy !== scene.policy) {
      return;
    }
    const limits = section(run.policy, 'limits');
    // A `keep until` may end by the true clock, and not yet by the clock of the run.
    const moments = [0, ...clockErrorsMs(run)].map((errorMs) => scene.now() + errorMs);
    const counts = moments.map((atMs) => this.countDue(run.policy, atMs).get(row.regionId) ?? 0);
    const due = Math.min(run.due.get(row.regionId) ?? 0, ...counts);
    // If other people changed a connection since then, it may have looked as if it were not due in between.
    const here = scene.rows.filter((other) => other.regionId === row.regionId);
    if (here.some((other) => scene.othersActedMs(other.VpnConnectionId) >= run.startedMs)) {
      return;
    }
    // A list still shows a deleted connection for a while.
    const ours = Math.max(run.ours.get(row.regionId) ?? 0, this.countOurs().get(row.regionId) ?? 0);
    if (due / ours > Number(limits.perRegionShare ?? 0.5) && due > Number(limits.shareFloor ?? 3)) {
      say('S7', `${due} of ${ours} would have to go, which halts the region`);
    }
  }

  /** By region: how many would be removed at once if no limit stood against it. */
  countDue(policy: PolicyDocument, atMs = this.#scene.now()): ReadonlyMap<string, number> {
    const scene = this.#scene;
    return countByRegion(scene.rows.filter((row) => !scene.isNoteDead(row) && isDue(row, scene.estate, policy, atMs)));
  }

  /** By region: how many connections the share is a share of. */
  countOurs(): ReadonlyMap<string, number> {
    return countByRegion(this.#scene.rows.filter(isCounted));
  }

  /** Outside the change window, and in a freeze, a run finishes detached connections and begins no others. */
  checkWindow(run: Watched, call: Call, id: string): void {
    const scene = this.#scene;
    const row = scene.rowOf(id);
    const isOff = run.plan.skewMs !== 0 || run.plan.jump !== undefined;
    const slackMs = isOff ? CLOCKS_OFF_MS : SLACK_MS;
    const moments = Array.from({ length: 21 }, (_, index) => scene.now() + ((index - 10) / 10) * slackMs);
    if (row === undefined || !moments.every((atMs) => isClosed(run.policy, atMs))) {
      return;
    }
    const isNoted = run.maybeHalfDone.has(id) || mayBeHalfDone(row, run.policy, scene.now());
    const isFinishing = call.action === 'DeleteVpnAttachment' && (isNoted || run.touched.has(id));
    if (!isFinishing) {
      scene.report(run, 'S7', `${call.action} ${id}: outside the change window, or in a freeze`);
    }
  }

  /** A deletion counts when it takes effect, because many may be on their way at the same time, and some are refused. */
  noteBegun(run: Watched, call: Call, row: ConnectionRecord): void {
    const { store } = this.#scene.options;
    const full = store?.whyFull(row, run.policy, run.plan.id, this.#scene.now());
    const isFinished = call.action === 'DeleteVpnAttachment' && noteOf(row) !== undefined;
    if (full && !run.overlapped && !isFinished) {
      this.#scene.report(run, 'S7', `${call.action} ${row.VpnConnectionId}: ${full}`);
    }
    store?.began(row, run.plan.id, this.#scene.now());
  }
}

function countByRegion(rows: readonly ConnectionRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { regionId } of rows) {
    counts.set(regionId, (counts.get(regionId) ?? 0) + 1);
  }
  return counts;
}

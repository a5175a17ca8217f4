import type { ConnectionRecord } from '../../../../lib/emulator/estate/estate-types.ts';
import { markTags } from '../claims-monitor.ts';
import type { Scene } from '../scene.ts';
import type { Say, Watched } from '../watched-run.ts';
import type { ClockChecks } from './clock-checks.ts';

/** S16: with `notify.required`, nothing is detached or deleted before a message named it early enough. */
export class ToldChecks {
  readonly #scene: Scene;
  readonly #clocks: ClockChecks;

  constructor(scene: Scene, clocks: ClockChecks) {
    this.#scene = scene;
    this.#clocks = clocks;
  }

  /** A message named its clock in time. A run may rely on a mark that it read before somebody else changed it. */
  checkTold(run: Watched, row: ConnectionRecord, allowanceMs: number, say: Say): void {
    const scene = this.#scene;
    const { told, tagLagMs } = scene.options;
    if (told === undefined || scene.blurred() || this.#clocks.isFinishing(run, row)) {
      return;
    }
    const marks = [markTags(row), ...scene.earlierMarks(row.VpnConnectionId, allowanceMs + tagLagMs)];
    const problems = marks.map((mark) => told.problemOf(row, mark, run.policy, scene.now()));
    if (!problems.includes(undefined)) {
      say('S16', problems[0] ?? '');
    }
  }
}

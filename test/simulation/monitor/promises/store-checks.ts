import type { RunResult } from '../../../../lib/core/domain/outcome.ts';
import { WRITES_BACKUPS } from '../../stories/scenario.ts';
import type { Call } from '../../world/shown.ts';
import type { Scene } from '../scene.ts';
import type { Watched } from '../watched-run.ts';

/** S12, S14, S15: with a store, a backup comes before a deletion, a file `STOP` holds everything back, and results are kept. */
export class StoreChecks {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Nothing new begins that could not be put back, or that a person has stopped. */
  checkRemoval(run: Watched, call: Call, id: string): void {
    const { store } = this.#scene.options;
    const row = this.#scene.rowOf(id);
    if (store === undefined || row === undefined) {
      return;
    }
    const say = (promise: string, text: string) => this.#scene.report(run, promise, `${call.action} ${id}: ${text}`);
    const { TransitRouterAttachmentId: attachmentId } = call.params;
    if (attachmentId !== undefined) {
      const { associations } = this.#scene.estate;
      const isRouted = associations.some((one) => one.TransitRouterAttachmentId === attachmentId);
      // Other people may route it after its backup was taken.
      store.asksToDetach(id, isRouted && !this.#scene.mayBeOthers(id, this.#scene.now()) ? attachmentId : undefined);
    }
    const unkept = WRITES_BACKUPS ? store.backupProblem(row, attachmentId) : undefined;
    if (unkept) {
      say('S15', unkept);
    }
    if (run.touched.has(id)) {
      return;
    }
    const stopped = store.whyStopped();
    if (stopped) {
      say('S12', stopped);
    }
  }

  /** A result that is said to be stored is there. If a run cannot store its result, it ends incomplete. */
  checkStored(run: Watched, result: RunResult): void {
    const { store } = this.#scene.options;
    if (store === undefined) {
      return;
    }
    if (result.notStored !== undefined && result.status !== 'incomplete') {
      this.#scene.report(run, 'S14', `ended ${result.status}, and its result was not stored`);
    }
    // A write may say that it took everything, and cut it off. A run cannot see that.
    if (result.notStored === undefined && !store.mayBeCut() && !store.hasResult(result.runId)) {
      this.#scene.report(run, 'S14', 'its result is said to be stored, and is not there');
    }
  }
}

import type { RunResult } from '../../../../lib/core/domain/outcome.ts';
import type { ConnectionRecord } from '../../../../lib/emulator/estate/estate-types.ts';
import { OWN } from '../../stories/scenario.ts';
import { type Scene, SLACK_MS } from '../scene.ts';
import { isWhole, modeOf, rolesOf, type Watched } from '../watched-run.ts';

/** The forms of a secret. The secrets that stories hide everywhere begin with CANARY. */
const CANARY = /CANARY|Signature=|SecurityToken=/;

const isLeaving = (row: ConnectionRecord | undefined): boolean =>
  row === undefined || row.State === 'deleted' || row.pending?.to === 'gone' || row.pending?.to === 'deleted';

/** S10, S13, S14, and the deadline: a result is true, adds up, and contains no secret. */
export class EndingChecks {
  readonly #scene: Scene;
  /** When a run last wrote a mark on a connection. */
  readonly #markedMs = new Map<string, number>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  noteMarked(id: string): void {
    this.#markedMs.set(id, this.#scene.now());
  }

  checkClaims(run: Watched, result: RunResult): void {
    for (const { connectionId: id, outcome, reason } of result.outcomes) {
      const row = this.#scene.rowOf(id);
      const say = (what: string) => this.#scene.report(run, 'S10', `${id} is said to be ${what}`);
      if ((outcome === 'deleted' || outcome === 'already-gone') && !isLeaving(row)) {
        say(outcome);
      }
      if (outcome === 'deleted' && !run.sent.has(id)) {
        say('deleted by this run');
      }
      const isMarked = (row?.tags['vco-sweeper:orphan'] ?? 'void') !== 'void';
      // The run may have read the mark that another run wrote meanwhile.
      const markedMs = this.#markedMs.get(id) ?? Number.NEGATIVE_INFINITY;
      const mayHaveRead = run.marked.has(id) || markedMs >= run.startedMs;
      if (outcome === 'marked' && !mayHaveRead && !isMarked) {
        say('marked');
      }
      if (outcome === 'cleared' && !run.unmarked.has(id) && isMarked && !run.overlapped) {
        say('marked no more');
      }
      const answer = run.requests.answerTo('DeleteVpnAttachment', id);
      if (answer === 'refused' && reason.startsWith('delete accepted')) {
        say('deleted as far as the cloud goes');
      }
    }
  }

  /** A connection that is said to be detached is bound to nothing any more, or was bound again since. */
  checkDetachClaims(run: Watched, lines: readonly unknown[]): void {
    for (const { event, connectionId } of lines as readonly { event?: string; connectionId?: string }[]) {
      if (event !== 'detach.done' || connectionId === undefined) {
        continue;
      }
      const row = this.#scene.rowOf(connectionId);
      if (row?.State === 'detaching' && !this.#scene.blurred() && !run.misled) {
        this.#scene.report(run, 'S10', `${connectionId} is said to be detached`);
      }
    }
  }

  checkCounts(run: Watched, result: RunResult): void {
    const say = (text: string) => this.#scene.report(run, 'S14', text);
    const sum = Object.values(result.counts).reduce((total, count) => total + count, 0);
    const ids = result.outcomes.map(({ connectionId }) => connectionId);
    if (new Set(ids).size !== ids.length) {
      say('a connection has two outcomes');
    }
    if (sum - result.counts.kept !== ids.length) {
      say('counts and outcomes differ');
    }
    const listed = result.regions.reduce((total, { connections }) => total + connections, 0);
    if (sum > listed || (isWhole(run.plan.event) && sum !== listed)) {
      say(`${sum} outcomes of ${listed} connections`);
    }
    this.#checkStatus(run, result);
    const unasked = result.outcomes.find(
      ({ connectionId, regionId }) => modeOf(run, connectionId, regionId) === undefined,
    );
    if (unasked) {
      say(`nobody asked for ${unasked.connectionId}`);
    }
  }

  /** A run that could not look everywhere, or in which a step failed, never ends complete. */
  #checkStatus(run: Watched, { regions, counts, status }: RunResult): void {
    const say = (promise: string, text: string) => this.#scene.report(run, promise, text);
    const blind = regions.find(
      ({ regionId, listing }) => listing === 'complete' && !run.shown.sawAllConnections(OWN, regionId),
    );
    if (blind) {
      say('S2', `${blind.regionId} is said to be complete`);
    }
    const unread = regions.some(({ listing }) => listing === 'unread');
    if ((unread || counts.failed > 0) && status !== 'incomplete') {
      say('S14', `ended ${status}`);
    }
    const lost = rolesOf(run.policy).filter((role) => !run.shown.assumed.has(role));
    if (regions.length > 0 && lost.length > 0 && status !== 'incomplete') {
      say('S14', `ended ${status}, and ${lost.join(', ')} was not assumed`);
    }
  }

  checkDeadline(run: Watched, what: string): void {
    if (this.#scene.now() > run.deadlineMs + SLACK_MS) {
      this.#scene.report(run, 'deadline', what);
    }
  }

  checkSecrets(run: Watched, result: RunResult, lines: readonly unknown[]): void {
    const text = JSON.stringify(result) + JSON.stringify(lines);
    const [leak] = CANARY.exec(text) ?? [this.#scene.options.store?.leak(CANARY)];
    if (leak) {
      this.#scene.report(run, 'S13', `a secret got out: ${leak}`);
    }
  }
}

import type { Clock } from '../core/domain/cloud-api.ts';
import type { Outcome, RunResult } from '../core/domain/outcome.ts';
import type { DocumentWriter, Store } from '../core/store/store.ts';
import { RESULT_FORMAT, resultPath } from '../core/store/store-layout.ts';

/** What of a result is known before its end, and stands before the outcomes. */
type Head = Pick<RunResult, 'runId' | 'startedAt'>;

/** So much text may wait in memory until the run waits for the store. */
const WAITING_CHARS_MAX = 1024 * 1024;

/**
 * The whole result of a run as a document of the store. Outcomes are written as they come to their end, and none of them
 * is kept: there is no limit to how many there are.
 */
export class ResultDocument {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #head: Head;
  #writer: DocumentWriter | undefined;
  #path = '';
  #isFirst = true;
  #isClosed = false;
  #waitingChars = 0;

  constructor(store: Store, clock: Clock, head: Head) {
    this.#store = store;
    this.#clock = clock;
    this.#head = head;
  }

  /** Where it is in the store. */
  get path(): string {
    return this.#path;
  }

  add(outcome: Outcome): void {
    const text = JSON.stringify(outcome);
    this.#begin().write(this.#isFirst ? text : `,${text}`);
    this.#isFirst = false;
    this.#waitingChars += text.length;
  }

  /** What to wait for before there are more outcomes; undefined: nothing. */
  whenBehind(): Promise<void> | undefined {
    if (this.#waitingChars < WAITING_CHARS_MAX) {
      return undefined;
    }
    this.#waitingChars = 0;
    return this.#writer?.drained();
  }

  /**
   * End it with all that is known only now. Resolves once it is stored; throws `StoreError`.
   *
   * @param result of which the outcomes are written already
   */
  async close({ runId, startedAt, outcomes, outcomesOmitted, ...tail }: RunResult): Promise<void> {
    const writer = this.#begin();
    this.#isClosed = true;
    writer.write(`],${JSON.stringify(tail).slice(1, -1)}`);
    await writer.close();
  }

  /** Of a run that did not come to its end: what is there has no hash, and counts as none. */
  async abandon(): Promise<void> {
    if (!this.#isClosed) {
      await this.#writer?.abandon();
    }
  }

  #begin(): DocumentWriter {
    if (this.#writer === undefined) {
      this.#path = resultPath(this.#clock.now(), this.#head.runId);
      this.#writer = this.#store.begin(this.#path);
      const { runId, startedAt } = this.#head;
      this.#writer.write(`${JSON.stringify({ format: RESULT_FORMAT, runId, startedAt }).slice(0, -1)},"outcomes":[`);
    }
    return this.#writer;
  }
}

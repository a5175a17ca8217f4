import type { Clock } from '../core/domain/cloud-api.ts';
import type { Outcome, RunResult } from '../core/domain/outcome.ts';
import type { DocumentWriter, Store } from '../core/store/store.ts';
import { RESULT_FORMAT, resultPath } from '../core/store/store-layout.ts';

/** The fields of a result that are known at its start. They stand before the outcomes. */
type Head = Pick<RunResult, 'runId' | 'startedAt'>;

/** Amount of text that may wait in memory before the run waits for the store. */
const WAITING_CHARS_MAX = 1024 * 1024;

/**
 * The whole result of a run as a document in the store. Each outcome is written when it is final and is not kept in
 * memory, so their number is unlimited.
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

  /** The path in the store. */
  get path(): string {
    return this.#path;
  }

  add(outcome: Outcome): void {
    const text = JSON.stringify(outcome);
    this.#begin().write(this.#isFirst ? text : `,${text}`);
    this.#isFirst = false;
    this.#waitingChars += text.length;
  }

  /** A promise to await before more outcomes are added, or undefined to go on at once. */
  whenBehind(): Promise<void> | undefined {
    if (this.#waitingChars < WAITING_CHARS_MAX) {
      return undefined;
    }
    this.#waitingChars = 0;
    return this.#writer?.drained();
  }

  /**
   * End the document with the fields that are known only now. Resolves once it is stored. Throws `StoreError`.
   *
   * @param result the result, whose outcomes are already written
   */
  async close({ runId, startedAt, outcomes, outcomesOmitted, ...tail }: RunResult): Promise<void> {
    const writer = this.#begin();
    this.#isClosed = true;
    writer.write(`],${JSON.stringify(tail).slice(1, -1)}`);
    await writer.close();
  }

  /** Give up the document of a run that did not end. Its text in the store has no hash, so it is no valid document. */
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

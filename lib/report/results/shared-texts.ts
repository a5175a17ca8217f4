import type { Outcome } from '../../core/domain/outcome.ts';

/** A longer text is rarely repeated. */
const CHARS_MAX = 400;

/** Keeps a copy of equal texts, because most outcomes of a large estate share their reason and evidence. */
export class SharedTexts {
  readonly #texts = new Map<string, string>();

  /** The same outcome with shared texts. */
  share<Kind extends Outcome>(outcome: Kind): Kind {
    return {
      ...outcome,
      accountId: this.#share(outcome.accountId),
      regionId: this.#share(outcome.regionId),
      owner: this.#shareOrNull(outcome.owner),
      since: this.#shareOrNull(outcome.since),
      dueAt: this.#shareOrNull(outcome.dueAt),
      attachedTo:
        outcome.attachedTo === null
          ? null
          : {
              transitRouterId: this.#shareOrNull(outcome.attachedTo.transitRouterId),
              cenId: this.#shareOrNull(outcome.attachedTo.cenId),
            },
      reason: this.#share(outcome.reason),
      evidence: outcome.evidence.map((text) => this.#share(text)),
      code: this.#shareOrNull(outcome.code),
    };
  }

  #shareOrNull(text: string | null): string | null {
    return text === null ? null : this.#share(text);
  }

  #share(text: string): string {
    if (text.length > CHARS_MAX) {
      return text;
    }
    const known = this.#texts.get(text);
    if (known !== undefined) {
      return known;
    }
    this.#texts.set(text, text);
    return text;
  }
}

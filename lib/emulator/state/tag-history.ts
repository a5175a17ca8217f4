import type { UndoLog } from './undo-log.ts';

type TagRecord = Readonly<Record<string, string>>;
/** The values that a write replaced. Undefined if the key was not present. */
type TagChange = { readonly atMs: number; readonly was: Readonly<Record<string, string | undefined>> };

/**
 * The values that tag writes through the API replaced, so that reads can lag behind them. A change that a test makes in
 * the estate itself shows at once.
 */
export class TagHistory {
  readonly #journal: UndoLog;
  readonly #changes = new WeakMap<object, TagChange[]>();

  constructor(journal: UndoLog) {
    this.#journal = journal;
  }

  /** Remembers the values under these keys before a write changes them. */
  note(row: { readonly tags: TagRecord }, keys: readonly string[], atMs: number): void {
    const was = Object.fromEntries(keys.map((key) => [key, Object.hasOwn(row.tags, key) ? row.tags[key] : undefined]));
    const known = this.#changes.get(row) ?? [];
    this.#changes.set(row, known);
    this.#journal.apply({ redo: () => void known.push({ atMs, was }), undo: () => void known.pop() });
  }

  /** The tags as they were after all writes up to `untilMs`. */
  shown(row: { readonly tags: TagRecord }, untilMs: number): TagRecord {
    const later = (this.#changes.get(row) ?? []).filter(({ atMs }) => atMs > untilMs);
    if (later.length === 0) {
      return row.tags;
    }
    const tags = new Map(Object.entries(row.tags));
    for (const [key, value] of later.toReversed().flatMap(({ was }) => Object.entries(was))) {
      if (value === undefined) {
        tags.delete(key);
      } else {
        tags.set(key, value);
      }
    }
    return Object.fromEntries(tags);
  }
}

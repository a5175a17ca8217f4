import type { Connection, Tags } from '../domain/estate.ts';
import { parseGlob } from '../domain/glob.ts';
import type { Policy } from '../domain/policy.ts';
import { isSameText } from '../text/normal-form.ts';

type TagEntry = Policy['protect']['tags'][number];

/** Whether the tags contain the named tag. Keys and values are compared in a single Unicode normal form. */
export function hasTag(tags: Tags, { key, value }: TagEntry): boolean {
  const isMeant = ([foundKey, found]: readonly [string, string]): boolean =>
    isSameText(foundKey, key) && (value === undefined || isSameText(found, value));
  return [...tags].some(isMeant);
}

/** The policy has refused invalid patterns. If an invalid pattern still gets here, it protects everything. */
export const matchesName = (name: string, pattern: string): boolean => parseGlob(pattern)?.(name) ?? true;

/** The notation in a policy. */
export const toTagText = ({ key, value }: TagEntry): string => (value === undefined ? key : `${key}=${value}`);

/** An entry under `protect`, and whether it matches a connection. Undefined when the reply does not tell. */
type Entry = {
  readonly text: string;
  readonly matches: (connection: Connection) => boolean | undefined;
};

/**
 * Finds entries under `protect` that match no connection. A mistyped entry protects no connection, and otherwise people
 * would not notice.
 */
export class ProtectWatch {
  /** The entries that have matched no connection so far. */
  #entries: readonly Entry[];

  constructor(policy: Policy['protect']) {
    this.#entries = [
      ...policy.tags.map(toTagEntry),
      ...policy.names.map(toNameEntry),
      ...policy.resourceGroups.map(toGroupEntry),
      ...policy.connections.map(toConnectionEntry),
    ];
  }

  /** Note the entries that match this connection. An entry that may match it counts as found as well. */
  look(connection: Connection): void {
    if (this.#entries.length > 0) {
      this.#entries = this.#entries.filter(({ matches }) => matches(connection) === false);
    }
  }

  /** Each entry that matched no connection, in the notation of a policy. */
  get unmatched(): readonly string[] {
    return this.#entries.map(({ text }) => text);
  }
}

const toTagEntry = (entry: TagEntry): Entry => ({
  text: `protect.tags ${describeTag(entry)}`,
  matches: ({ tags }) => (tags === 'unread' ? undefined : hasTag(tags, entry)),
});

/** A colon in place of an equals sign turns the whole text into a key. */
function describeTag({ key, value }: TagEntry): string {
  if (key.includes('=')) {
    return JSON.stringify(value === undefined ? { key } : { key, value });
  }
  const text = JSON.stringify(toTagText({ key, value }));
  const [, meantKey, meantValue] = (value === undefined && /^([^:]+):([^:]+)$/.exec(key)) || [];
  return meantKey === undefined ? text : `${text} (a key; did you mean "${meantKey}=${meantValue}"?)`;
}

const toNameEntry = (pattern: string): Entry => ({
  text: `protect.names ${JSON.stringify(pattern)}`,
  matches: ({ name }) => (name === undefined ? undefined : matchesName(name, pattern)),
});

const toGroupEntry = (group: string): Entry => ({
  text: `protect.resourceGroups ${JSON.stringify(group)}`,
  matches: ({ resourceGroupId }) => (resourceGroupId === undefined ? undefined : resourceGroupId === group),
});

const toConnectionEntry = (id: string): Entry => ({
  text: `protect.connections ${JSON.stringify(id)}`,
  matches: ({ connectionId }) => connectionId === id,
});

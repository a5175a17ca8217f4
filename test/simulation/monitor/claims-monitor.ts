import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import { RULES, type RuleName } from '../world/truth.ts';

/** The claims in the tags of a connection, by a second reading of the contract. */
export type Clock = { readonly rule: RuleName; readonly sinceMs: number };
export type Note = { readonly text: string; readonly atMs: number; readonly attachmentId: string };
export type MarkTags = { readonly orphan: string; readonly seen: string };
export type Seen = { readonly isVoid: boolean; readonly atMs: number; readonly triedMs: number | undefined };

/** A time in a tag that is further ahead than this is malformed, by the clock of the run that reads it. */
export const AHEAD_MS_MAX = 5 * 60_000;
/** The clocks of two processes together differ by at most this. */
export const CLOCKS_OFF_MS = 10 * 60_000;

const OWN_KEYS = ['vco-sweeper:orphan', 'vco-sweeper:seen', 'vco-sweeper:detached'];
const TAGS_MAX = 20;

export const markTags = ({ tags }: ConnectionRecord): MarkTags => ({
  orphan: tags['vco-sweeper:orphan'] ?? '',
  seen: tags['vco-sweeper:seen'] ?? '',
});

/** Reads `<rule> <since>`, and after `, ` the same for each further rule. Undefined if any part is malformed. */
export function parseClocks(orphan: string): readonly Clock[] | undefined {
  const clocks: Clock[] = [];
  for (const part of orphan.split(', ')) {
    const [, name, since = ''] = /^(\S+) (\S+)$/.exec(part) ?? [];
    const rule = RULES.find((known) => known === name);
    if (rule === undefined || Number.isNaN(Date.parse(since))) {
      return undefined;
    }
    clocks.push({ rule, sinceMs: Date.parse(since) });
  }
  return clocks;
}

/** A clock is the same in a mark with milliseconds and in a mark with whole seconds. */
export const clockKey = ({ rule, sinceMs }: Clock): string => `${rule} ${Math.floor(sinceMs / 1000)}`;

/** Reads `<time>`, `<time> tried <time>`, or `void`. For any other text the time is not a number. */
export function parseSeen(text: string): Seen {
  const [, at = '', , tried] = /^(\S+)( tried (\S+))?$/.exec(text) ?? [];
  return {
    isVoid: text === 'void',
    atMs: Date.parse(at),
    triedMs: tried === undefined ? undefined : Date.parse(tried),
  };
}

/** The text by which the monitor remembers the detach note of a connection. */
export const claimOfNote = (row: ConnectionRecord): string => `${row.VpnConnectionId} note ${noteOf(row)?.text}`;

/** The detach note, if it is well-formed and not `void`. */
export function noteOf({ tags }: ConnectionRecord): Note | undefined {
  const text = tags['vco-sweeper:detached'] ?? '';
  const [, time = '', attachmentId] = /^(\S+) (tr-attach-\S+)$/.exec(text) ?? [];
  const atMs = Date.parse(time);
  return attachmentId === undefined || Number.isNaN(atMs) ? undefined : { text, atMs, attachmentId };
}

/** How long ago a run last saw the detach stand: the younger of note and `seen`. */
export function noteAgeMs(row: ConnectionRecord, nowMs: number): number | undefined {
  const note = noteOf(row);
  if (note === undefined) {
    return undefined;
  }
  const { atMs } = parseSeen(markTags(row).seen);
  const seenMs = atMs <= nowMs + CLOCKS_OFF_MS ? atMs : Number.NEGATIVE_INFINITY;
  return nowMs - Math.max(note.atMs, seenMs);
}

/** Whether the sweeper's own tags fit: two on an unbound connection, and three on a bound connection. */
export function hasRoom(row: ConnectionRecord, isBound: boolean): boolean {
  const owners = Object.keys(row.tags).filter((key) => !OWN_KEYS.includes(key)).length;
  return owners <= TAGS_MAX - (isBound ? 3 : 2);
}

import type { Language } from '../../core/domain/policy.ts';
import type { ReportDigest } from '../digest/report-digest.ts';
import type { ConnectionNews, NewsItem, Note } from './news.ts';
import { WORDS, type Words } from './words.ts';

/**
 * A piece of a line: the sweeper's own words, or other people's text, which each channel makes harmless in its own way.
 */
export type Span = string | { readonly their: string; readonly charsMax: number };

export type Line =
  | { readonly kind: 'text' | 'heading' | 'owner' | 'item'; readonly spans: readonly Span[] }
  | { readonly kind: 'link'; readonly spans: readonly Span[]; readonly url: string };

const ID_CHARS_MAX = 64;
const NAME_CHARS_MAX = 40;
const SENTENCE_CHARS_MAX = 160;

export type Settings = {
  readonly digest: ReportDigest;
  readonly language: Language;
  readonly nowMs: number;
  /** The zone of the shown times. */
  readonly timeZone: string;
};

/** The line of an item. Pure. */
export function lineOf(item: NewsItem, settings: Settings): Line {
  return { kind: 'item', spans: 'outcome' in item ? connectionSpans(item, settings) : noteSpans(item.note, settings) };
}

const id = (their: string): Span => ({ their, charsMax: ID_CHARS_MAX });
const sentence = (their: string): Span => ({ their, charsMax: SENTENCE_CHARS_MAX });

/** The id, the name, the place, the rule with its clock, and the fate of the connection, in this order. */
function connectionSpans(item: ConnectionNews, settings: Settings): readonly Span[] {
  const { connectionId, name, accountId, regionId } = item.outcome;
  return [
    id(connectionId),
    ...(name ? [' ', { their: name, charsMax: NAME_CHARS_MAX }] : []),
    ' · ',
    ...placeSpans({ accountId, regionId }, settings),
    ...clockSpans(item, settings),
    ...fateSpans(item, settings),
  ];
}

function clockSpans({ outcome: { rule, since } }: ConnectionNews, settings: Settings): readonly Span[] {
  if (rule === null) {
    return [];
  }
  // A rule without grace has no clock.
  return [' · ', since === null ? rule : wordsOf(settings).ruleSince(rule, momentOf(since, settings))];
}

function fateSpans({ kind, outcome }: ConnectionNews, settings: Settings): readonly Span[] {
  const words = wordsOf(settings);
  const { dueAt, heldUntil, reason, code } = outcome;
  switch (outcome.outcome) {
    case 'deleted':
      return [' · ', words.deleted];
    case 'held':
      return heldUntil === null ? [] : [' · ', words.heldUntil(momentOf(heldUntil, settings))];
    case 'failed':
    case 'blocked':
      return [' · ', words[outcome.outcome], sentence(reason), ...(code === null ? [] : [' (', id(code), ')'])];
    default:
      return [' · ', deletionText(kind === 'due', dueAt, settings)];
  }
}

function deletionText(isDue: boolean, dueAt: string | null, settings: Settings): string {
  const words = wordsOf(settings);
  if (dueAt === null) {
    return words.dueNow;
  }
  const moment = momentOf(dueAt, settings);
  return isDue && Date.parse(dueAt) <= settings.nowMs ? words.dueSince(moment) : words.deletedFrom(moment);
}

function noteSpans(note: Note, settings: Settings): readonly Span[] {
  const words = wordsOf(settings);
  switch (note.what) {
    case 'unread': {
      const { code, reason } = note.place;
      const why = [code, reason].filter((text) => text).join(': ');
      return [...placeSpans(note.place, settings), ' · ', words.unread, ...(why === '' ? [] : [': ', sentence(why)])];
    }
    case 'halted':
      return [...placeSpans(note.place, settings), ' · ', words.halted];
    case 'notStarted': {
      const { code, reason } = note.dispatch;
      const why = [code, reason].filter((text) => text).join(': ');
      const where = placeSpans(note.dispatch, settings);
      return [...where, ' · ', words.notStarted, ...(why === '' ? [] : [': ', sentence(why)])];
    }
    case 'missing': {
      const { lastAt } = note.place;
      const what = lastAt === null ? words.missing : words.missingSince(momentOf(lastAt, settings));
      return [...placeSpans(note.place, settings), ' · ', what];
    }
    case 'problem':
      return [sentence(note.text)];
    case 'stoppedBy':
      return [words.stoppedBy, ' ', sentence(note.path)];
    case 'omitted':
      return [words.omitted(note.count)];
  }
}

/** Shows the account only if there are several accounts. */
function placeSpans(
  place: { readonly accountId: string | null; readonly regionId: string | null },
  { digest }: Settings,
): readonly Span[] {
  const [first] = digest.places;
  const isAlone = digest.places.every(
    ({ accountId }) => accountId === first?.accountId && accountId === place.accountId,
  );
  const shown = [...(isAlone && place.regionId !== null ? [] : [place.accountId]), place.regionId];
  const known = shown.flatMap((one) => one ?? []);
  return known.length === 0 ? ['?'] : [id(known.join(' '))];
}

const wordsOf = ({ language }: Settings): Words => WORDS[language];

/** A format for each zone, because making a format costs more than the rest of a line. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** A time to the minute, in the zone that the head of the message names. */
function momentOf(iso: string, { timeZone }: Settings): string {
  // The Swedish format is the ISO format.
  const format =
    FORMATS.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  FORMATS.set(timeZone, format);
  return format.format(Date.parse(iso));
}

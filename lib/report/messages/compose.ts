import type { Language } from '../../core/domain/policy.ts';
import type { ToldClock } from '../../core/told/told-document.ts';
import type { ReportDigest } from '../digest/report-digest.ts';
import { type Line, lineOf, type Settings } from './message-lines.ts';
import type { ConnectionNews, NewsItem } from './news.ts';
import { type SectionKind, WORDS } from './words.ts';

/** A message, independent of a channel's format. */
export type Message = {
  readonly kind: 'digest' | 'test';
  readonly title: string;
  /** The text below the title, in order. */
  readonly lines: readonly Line[];
  /** The most urgent kind of news in the message, for colours. */
  readonly urgency: 'problem' | 'due' | 'calm';
  readonly url: string | undefined;
  readonly digest: ReportDigest | undefined;
  /** The items that the message names. It only counts the rest. */
  readonly shown: readonly NewsItem[];
  /** The number of items of each kind. */
  readonly totals: Totals;
  readonly madeAtMs: number;
};

type Totals = readonly (readonly [kind: SectionKind, count: number])[];

export type Draft = Settings & { readonly news: readonly NewsItem[]; readonly url: string | undefined };

const SECTIONS: readonly SectionKind[] = ['attention', 'missing', 'due', 'marked', 'held', 'deleted'];
/** More items than any channel has room for. */
const SHOWN_MAX = 400;

/** The message that names as many items as fit, in their order of importance. Pure. */
export function composeToFit(draft: Draft, fits: (message: Message) => boolean): Message {
  const base = compose(draft, 0);
  // An address may be longer than a whole message of some channels.
  const fitting = fits(base) ? draft : { ...draft, url: undefined };
  let [enough, tooMany] = [0, Math.min(draft.news.length, SHOWN_MAX) + 1];
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (fits(compose(fitting, middle))) {
      enough = middle;
    } else {
      tooMany = middle;
    }
  }
  return compose(fitting, enough);
}

/** The clocks that a message counts for: exactly the clocks of the connections that it names. */
export const namedIn = ({ shown }: Pick<Message, 'shown'>): readonly ToldClock[] =>
  shown.flatMap((item) => ('outcome' in item ? (item.clock ?? []) : []));

/** A message that only shows that the channel works. */
export function composeTest(language: Language, nowMs: number): Message {
  const { test, testText } = WORDS[language];
  const lines: readonly Line[] = [{ kind: 'text', spans: [testText] }];
  const base = { url: undefined, digest: undefined, shown: [], totals: [] } as const;
  return { kind: 'test', title: test, lines, urgency: 'calm', ...base, madeAtMs: nowMs };
}

function compose(draft: Draft, shownCount: number): Message {
  const { digest, news, url, nowMs } = draft;
  const words = WORDS[draft.language];
  const shown = news.slice(0, shownCount);
  const totals = SECTIONS.map((kind) => [kind, news.filter((item) => item.kind === kind).length] as const).filter(
    ([, count]) => count > 0,
  );
  const kinds = new Set(totals.map(([kind]) => kind));
  const urgency = kinds.has('attention') || kinds.has('missing') ? 'problem' : kinds.has('due') ? 'due' : 'calm';
  return {
    kind: 'digest',
    title: totals.length === 0 ? words.noNews : words.title(totals),
    lines: [
      ...headLines(draft, kinds),
      ...totals.flatMap((total) => sectionLines(total, shown, draft)),
      ...linkLine(draft),
    ],
    urgency,
    url,
    digest,
    shown,
    totals,
    madeAtMs: nowMs,
  };
}

/** The state of the runs, and the ways to keep a connection or bring it back. */
function headLines({ digest, language, timeZone }: Draft, kinds: ReadonlySet<SectionKind>): readonly Line[] {
  const words = WORDS[language];
  const connections = digest.places.reduce((sum, place) => sum + place.connections, 0);
  const places = digest.places.length;
  const summary = words.summary({ connections, places, status: digest.status, zone: timeZone });
  const isWarned = kinds.has('due') || kinds.has('marked');
  const isIdle = isWarned && digest.runs.every(({ mode }) => mode !== 'sweep');
  return [
    summary,
    ...(isIdle ? [words.nothingDeleted] : []),
    ...(isWarned ? [words.keep] : []),
    ...(kinds.has('held') ? [words.restore] : []),
  ].map((text) => ({ kind: 'text', spans: [text] }));
}

function sectionLines(
  [kind, total]: readonly [SectionKind, number],
  news: readonly NewsItem[],
  draft: Draft,
): readonly Line[] {
  const words = WORDS[draft.language];
  const shown = news.filter((item) => item.kind === kind);
  const connections = shown.flatMap((item) => ('outcome' in item ? item : []));
  const notes = shown.flatMap((item) => ('note' in item ? item : []));
  const more = total - shown.length;
  return [
    { kind: 'heading', spans: [`${words.sections[kind]} (${total})`] },
    ...notes.map((item) => lineOf(item, draft)),
    ...byOwner(connections).flatMap(([owner, items]): readonly Line[] => [
      { kind: 'owner', spans: [owner === '' ? words.noOwner : { their: owner, charsMax: 40 }] },
      ...items.map((item) => lineOf(item, draft)),
    ]),
    ...(more > 0 ? [{ kind: 'text', spans: [words.more(more)] } as const] : []),
  ];
}

/** In the order in which the owners first appear, so that an owner who was never told comes first. */
function byOwner(items: readonly ConnectionNews[]): readonly (readonly [string, readonly ConnectionNews[]])[] {
  const groups = new Map<string, ConnectionNews[]>();
  for (const item of items) {
    const owner = item.outcome.owner ?? '';
    groups.set(owner, [...(groups.get(owner) ?? []), item]);
  }
  return [...groups];
}

const linkLine = ({ url, language }: Draft): readonly Line[] =>
  url === undefined ? [] : [{ kind: 'link', spans: [WORDS[language].report], url }];

import type { NewsKind } from '../../core/domain/policy.ts';
import { toIsoSeconds } from '../../core/domain/time.ts';
import { RULE_NAMES } from '../../core/rules/all-rules.ts';
import { clockKey, type ToldClock } from '../../core/told/told-document.ts';
import type {
  FailedDispatch,
  MissingPlace,
  ReportDigest,
  ReportedOutcome,
  ReportedPlace,
} from '../digest/report-digest.ts';
import type { SectionKind } from './words.ts';

/** A piece of news: about a connection, about a place or about the whole. */
export type NewsItem = ConnectionNews | NoteNews;

export type ConnectionNews = {
  readonly kind: SectionKind;
  readonly outcome: ReportedOutcome;
  /** Undefined if the connection has no rule, so a message about it is no warning. */
  readonly clock: ToldClock | undefined;
  /** Whether it has a clock that no message has named so far. */
  readonly isNew: boolean;
};

type NoteNews = { readonly kind: 'attention' | 'missing'; readonly note: Note };

export type Note =
  | { readonly what: 'unread' | 'halted'; readonly place: ReportedPlace }
  | { readonly what: 'notStarted'; readonly dispatch: FailedDispatch }
  | { readonly what: 'missing'; readonly place: MissingPlace }
  | { readonly what: 'problem'; readonly text: string }
  | { readonly what: 'stoppedBy'; readonly path: string }
  | { readonly what: 'omitted'; readonly count: number };

export type NewsRequest = {
  readonly digest: ReportDigest;
  /** The kinds that the channel asks for. */
  readonly on: readonly NewsKind[];
  /** The keys of all clocks that messages of earlier reports named. */
  readonly toldBefore: ReadonlySet<string>;
  readonly noticeMs: number;
  readonly nowMs: number;
};

/** The number of problems that come first, before connections that were never named. */
const PROBLEMS_FIRST = 5;
const KINDS_IN_ORDER: readonly SectionKind[] = ['due', 'marked', 'attention', 'missing', 'held', 'deleted'];

/**
 * The news of a digest for a channel, the most important first, because a message may only have room for a few. The
 * first problems come before the connections that no message has named. Pure.
 */
export function findNews(request: NewsRequest): readonly NewsItem[] {
  const { digest, on } = request;
  const notes = notesOf(digest).filter(({ kind }) => on.includes(kind));
  const connections = digest.outcomes.flatMap((outcome) => toConnectionNews(outcome, request) ?? []).sort(inOrder);
  const problems = [...notes, ...connections.filter(({ kind }) => kind === 'attention')];
  const first = new Set<NewsItem>(problems.slice(0, PROBLEMS_FIRST));
  const never = connections.filter((item) => item.isNew && !first.has(item));
  const rest = [...problems, ...connections].filter((item) => !first.has(item) && !('isNew' in item && item.isNew));
  return [...first, ...never, ...new Set(rest)];
}

/** Orders by kind, then by time, then by id, so that the same digest always makes the same message. */
function inOrder(a: ConnectionNews, b: ConnectionNews): number {
  return (
    KINDS_IN_ORDER.indexOf(a.kind) - KINDS_IN_ORDER.indexOf(b.kind) ||
    compare(momentOf(a), momentOf(b)) ||
    compare(a.outcome.connectionId, b.outcome.connectionId)
  );
}

const momentOf = ({ outcome: { dueAt, heldUntil, since } }: ConnectionNews): string =>
  dueAt ?? heldUntil ?? since ?? '';
const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

function toConnectionNews(outcome: ReportedOutcome, request: NewsRequest): ConnectionNews | undefined {
  const clock = clockOf(outcome);
  const isNew = clock !== undefined && !request.toldBefore.has(clockKey(clock));
  const kind = kindsOf(outcome, isNew, request).find((one) => request.on.includes(one));
  return kind === undefined ? undefined : { kind, outcome, clock, isNew };
}

/**
 * The clock that a message about the connection counts for. A half-done connection has no clock, because its detach
 * note replaces it.
 */
export function clockOf({ accountId, regionId, connectionId, rule, since }: ReportedOutcome): ToldClock | undefined {
  const name = RULE_NAMES.find((one) => one === rule);
  return name === undefined || since === null
    ? undefined
    : { accountId, regionId, connectionId, rule: name, since: toIsoSeconds(Date.parse(since)) };
}

/** Every kind of news about a connection, the most urgent first. */
function kindsOf(outcome: ReportedOutcome, isNew: boolean, request: NewsRequest): readonly SectionKind[] {
  switch (outcome.outcome) {
    case 'deleted':
      return ['deleted'];
    case 'held':
      return isHeldNews(outcome, request) ? ['held'] : [];
    case 'failed':
    case 'blocked':
      return ['attention', ...clockKinds(outcome, isNew, request)];
    case 'marked':
      return [...clockKinds(outcome, isNew, request), 'marked'];
    case 'planned':
    case 'deferred':
      return outcome.dueAt === null ? ['due'] : clockKinds(outcome, isNew, request);
    case 'waiting':
      return clockKinds(outcome, isNew, request);
    default:
      return [];
  }
}

/**
 * A connection is due if its deletion is within the notice. It stays news for the same time afterwards, so that no
 * report misses it. Later it is news only if no message has named it.
 */
function clockKinds({ dueAt }: ReportedOutcome, isNew: boolean, request: NewsRequest): readonly SectionKind[] {
  const { nowMs, noticeMs } = request;
  const aheadMs = dueAt === null ? Number.POSITIVE_INFINITY : Date.parse(dueAt) - nowMs;
  const isDue = aheadMs <= noticeMs && (isNew || aheadMs > -noticeMs);
  return [...(isDue ? (['due'] as const) : []), ...(isNew ? (['marked'] as const) : [])];
}

/** The sweep's reason for a connection that this run detached. */
const JUST_DETACHED = /^(\S+: )?detached, and held until /;

/** A held connection is news twice: after its detach, and near the end of its hold. */
function isHeldNews({ reason, heldUntil }: ReportedOutcome, { nowMs, noticeMs }: NewsRequest): boolean {
  return JUST_DETACHED.test(reason) || (heldUntil !== null && Date.parse(heldUntil) - nowMs <= noticeMs);
}

function notesOf(digest: ReportDigest): readonly NoteNews[] {
  const { places, notDispatched, missing, problems, stoppedBy, outcomesOmitted } = digest;
  const notes: readonly Note[] = [
    ...places.filter(({ listing }) => listing === 'unread').map((place) => ({ what: 'unread', place }) as const),
    ...places.filter(({ halted }) => halted).map((place) => ({ what: 'halted', place }) as const),
    ...notDispatched.map((dispatch) => ({ what: 'notStarted', dispatch }) as const),
    ...problems.map((text) => ({ what: 'problem', text }) as const),
    ...stoppedBy.map((path) => ({ what: 'stoppedBy', path }) as const),
    ...(outcomesOmitted > 0 ? [{ what: 'omitted', count: outcomesOmitted } as const] : []),
  ];
  return [
    ...notes.map((note): NoteNews => ({ kind: 'attention', note })),
    ...missing.map((place): NoteNews => ({ kind: 'missing', note: { what: 'missing', place } })),
  ];
}

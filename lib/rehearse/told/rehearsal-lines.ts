import { formatDuration } from '../../core/domain/duration.ts';
import { OUTCOMES, type Outcome } from '../../core/domain/outcome.ts';
import { digestKept } from '../../report/kept-digest.ts';
import { formatMoment, shortenMoments } from '../../report/text/moment-text.ts';
import { count } from '../../report/text/summary.ts';
import type { Night, Rehearsal } from '../nights/rehearsal.ts';
import type { Expectation } from './rehearsal-data.ts';

/** Number of lines of a kind that are shown. The data has all lines. */
const LINES_MAX = 20;
const HASH_LENGTH = 12;

/** A rehearsal as lines for a person. Its names and reasons may hold any text. Pure. */
export const rehearsalLines = (rehearsal: Rehearsal, file: string, expectation: Expectation): readonly string[] => [
  ...headLines(rehearsal, file),
  '',
  ...nightLines(rehearsal),
  '',
  ...deletedLines(rehearsal),
  ...leftLines(rehearsal),
  ...expectedLines(expectation),
];

function headLines({ nights, everyMs, startedAt, connections, origin, leftOut, last }: Rehearsal, file: string) {
  const by = origin.source === 'none' ? 'no policy, so all defaults count' : `the policy ${origin.source}`;
  const days = `${count(nights.length, 'night')}, one every ${formatDuration(everyMs)} from ${formatMoment(Date.parse(startedAt))}`;
  return [
    `Rehearsal of ${days}, on ${file}: ${count(connections, 'connection')} in ${count(last.regions.length, 'place')}`,
    `By ${by} (SHA-256 ${origin.hash.slice(0, HASH_LENGTH)}…), in mode sweep. Nothing real is called or changed.`,
    ...(last.warnings ?? []).map((text) => `Policy: ${text}`),
    ...leftOut.map((text) => `Left out: ${text}`),
  ];
}

function nightLines({ nights }: Rehearsal): readonly string[] {
  const withNews = nights.map((night) => ({ night, news: newsOf(night) })).filter(({ news }) => news !== '');
  const quiet = nights.length - withNews.length;
  return [
    ...(withNews.length > 0 ? ['NIGHT  AT                 NEWS'] : []),
    ...withNews.map(
      ({ night: { night, at }, news }) => `${String(night).padStart(5)}  ${formatMoment(Date.parse(at))}  ${news}`,
    ),
    `${count(quiet, 'night')} without news`,
  ];
}

/** The changes of a night in a few words. Empty if nothing changed. */
function newsOf({ news, counts, detached, halted, status }: Night): string {
  const number = (kind: Outcome['outcome']) => news.filter(({ outcome }) => outcome === kind).length;
  const pieces = OUTCOMES.flatMap((kind) => {
    const times = number(kind);
    const how = kind === 'deleted' && detached > 0 ? ` (${detached} detached first)` : '';
    return times > 0 ? [`${times} ${kind}${how}`] : [];
  });
  return [
    ...pieces,
    ...halted.map(({ accountId, regionId }) => `${regionId} of account ${accountId} halted by limits.perRegionShare`),
    ...(pieces.length > 0 && counts.deferred > 0 ? [`${counts.deferred} deferred`] : []),
    ...(status === 'incomplete' ? ['incomplete'] : []),
  ].join(', ');
}

function deletedLines({ nights, deletedIn, connections }: Rehearsal): readonly string[] {
  const rows = nights.flatMap(({ night, news }) =>
    news
      .filter(({ outcome }) => outcome === 'deleted' || outcome === 'already-gone')
      .map(({ connectionId, name, rule, attachedTo }) => {
        const held = attachedTo === null ? '' : `  was bound to ${attachedTo.transitRouterId ?? 'a transit router'}`;
        return `  night ${night}  ${connectionId}  ${name ?? ''}  ${rule ?? ''}${held}`;
      }),
  );
  if (rows.length === 0) {
    return ['No connection would be deleted.', ''];
  }
  return [`Deleted: ${deletedIn.size} of ${count(connections, 'connection')}`, ...firstOf(rows), ''];
}

const firstOf = (lines: readonly string[]): readonly string[] =>
  lines.length > LINES_MAX
    ? [...lines.slice(0, LINES_MAX), `  … and ${lines.length - LINES_MAX} more; --json and --html have them all`]
    : lines;

function leftLines({ left }: Rehearsal): readonly string[] {
  const untouched = left.filter(({ isUntouched }) => isUntouched).length;
  const reasons = digestKept(left.map(({ verdict, reason }) => ({ verdict, reason: shortenMoments(reason) })));
  return [
    `Left: ${count(left.length, 'connection')}${left.length > 0 ? ', because they are' : ''}`,
    ...firstOf(reasons.map((line) => `  ${line}`)),
    `Never touched, not even by a tag: ${count(untouched, 'connection')}`,
  ];
}

function expectedLines({ expected, lost }: Expectation): readonly string[] {
  if (expected.length === 0) {
    return [];
  }
  if (lost.length === 0) {
    return ['', `Expected to survive: ${count(expected.length, 'connection')}. All of them did.`];
  }
  const rows = lost.map(
    ({ connectionId, how, night }) => `  ${connectionId}  ${how}${night === null ? '' : ` in night ${night}`}`,
  );
  return ['', `Expected to survive: ${count(expected.length, 'connection')}. ${lost.length} did not:`, ...rows];
}

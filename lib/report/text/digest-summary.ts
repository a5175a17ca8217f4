import { OUTCOMES } from '../../core/domain/outcome.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { ReportDigest } from '../digest/report-digest.ts';
import { leftoverLines } from './leftover-lines.ts';
import { paintOutcome, paletteOf, type ReportStyle } from './report-style.ts';
import { count } from './summary.ts';
import { wrap } from './text-width.ts';

/** The number of visible lines of a kind. The page has all lines. */
const SHOWN_MAX = 20;

/**
 * A report in a few lines for a person: its status, the number of connections for each outcome, and the problems that
 * need a person.
 */
export function reportDigest(digest: ReportDigest, style: ReportStyle): string {
  const { status, outcomes, places, runs, counts } = digest;
  const palette = paletteOf(style);
  const paint = status === 'complete' ? palette.green : palette.red;
  const pieces = OUTCOMES.filter((kind) => counts[kind] > 0).map((kind) => {
    const piece = `${counts[kind]} ${kind}`;
    return paintOutcome(palette, kind)(piece);
  });
  const made = `${count(outcomes.length, 'connection')} in ${count(places.length, 'place')}, from ${count(runs.length, 'run')}`;
  return [
    `${paint(`report ${status}`)}: ${made}`,
    ...(pieces.length > 0 ? [`  ${pieces.join(', ')}`] : []),
    ...attention(digest)
      .flatMap((text) => wrap(toPrintable(text), style.columns))
      .map(palette.yellow),
    ...leftoverLines(digest.leftovers ?? []).flatMap((text) => wrap(text, style.columns)),
    palette.dim('Each connection is on the page (--html FILE) and in the table (--csv FILE).'),
    '',
  ].join('\n');
}

const attention = ({ missing, notDispatched, problems, places }: ReportDigest): readonly string[] => [
  ...firstOf(
    missing.map(
      ({ accountId, regionId, lastAt }) =>
        `Missing: ${regionId} of account ${accountId}, ${lastAt === null ? 'without any result' : `last result ${lastAt}`}`,
    ),
  ),
  ...firstOf(
    notDispatched.map(
      ({ accountId, regionId, code, advice }) =>
        `Not started: ${regionId ?? 'every region'} of ${accountId === null ? 'every account' : `account ${accountId}`}: ${code ?? 'no code'}${advice === null ? '' : `. ${advice}`}`,
    ),
  ),
  ...firstOf(
    places
      .filter(({ listing, halted }) => listing === 'unread' || halted)
      .map(
        ({ accountId, regionId, listing, reason }) =>
          `${listing === 'unread' ? 'Not read' : 'Halted by limits.perRegionShare'}: ${regionId} of account ${accountId}${reason === undefined ? '' : `: ${reason}`}`,
      ),
  ),
  ...firstOf(problems),
];

const firstOf = (lines: readonly string[]): readonly string[] =>
  lines.length > SHOWN_MAX ? [...lines.slice(0, SHOWN_MAX), `… and ${lines.length - SHOWN_MAX} more`] : lines;

import { isLasting } from '../../core/advice/error-advice.ts';
import { formatDuration } from '../../core/domain/duration.ts';
import { OUTCOMES, type RunResult } from '../../core/domain/outcome.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { leftoverLines } from './leftover-lines.ts';
import { type Palette, paintOutcome, paletteOf, type ReportStyle } from './report-style.ts';
import { wrap } from './text-width.ts';

/** A failure outside the outcomes, such as the reason for an unread region, and its code. */
export type Problem = { readonly text: string; readonly code: string | null };

/** Keeps a number and its noun on a single line. */
const NO_BREAK = '\u00a0';
const COUNT = /\d+\u00a0[a-z-]+/g;

/** The head of a report: the status of the run, and the number of connections for each outcome. */
export function toHeadlines(result: RunResult, style: ReportStyle): string {
  const palette = paletteOf(style);
  return [...headline(result, style, palette), ...counts(result, style, palette)].join('\n');
}

/**
 * The end of a report: the unread places with their reasons, and the policy, plan and store of the run.
 *
 * @param problems undefined if the run was not watched, so that only its result is known
 */
export function toSummary(result: RunResult, problems: readonly Problem[] | undefined, style: ReportStyle): string {
  const palette = paletteOf(style);
  const wrapped = (text: string) => wrap(text, style.columns);
  return [
    ...warnings(result, problems).flatMap(wrapped).map(palette.yellow),
    ...leftoverLines(result.leftovers ?? []).flatMap(wrapped),
    ...wrapped(policyLine(result)).map(palette.dim),
    ...planLines(result).flatMap(wrapped).map(palette.dim),
    ...wrapped(callsLine(result)).map(palette.dim),
  ].join('\n');
}

function headline(
  { mode, status, regions, durationMs }: RunResult,
  { columns }: ReportStyle,
  palette: Palette,
): readonly string[] {
  const looked = regions.filter(({ listing }) => listing === 'complete');
  const connections = regions.reduce((sum, region) => sum + region.connections, 0);
  const where = looked.length === 1 && looked[0] ? looked[0].regionId : `${looked.length} regions`;
  const paint = status === 'complete' ? palette.green : palette.red;
  const took =
    durationMs < 10_000 ? `${(durationMs / 1000).toFixed(1)}s` : formatDuration(Math.round(durationMs / 1000) * 1000);
  const ending = `${mode} ${status}`;
  const lines = wrap(`${ending}: ${count(connections, 'connection')} in ${toPrintable(where)}, ${took}`, columns);
  return lines.map((line) => (line.startsWith(ending) ? paint(ending) + line.slice(ending.length) : line));
}

/** The number of each outcome, as many to a line as fit. */
function counts({ counts: all }: RunResult, { columns }: ReportStyle, palette: Palette): readonly string[] {
  const pieces = OUTCOMES.filter((kind) => all[kind] > 0).map((kind) => `${all[kind]}${NO_BREAK}${kind}`);
  const text = pieces.length > 0 ? pieces.join(', ') : 'no connection in scope';
  const paint = (piece: string): string => {
    const kind = OUTCOMES.find((name) => piece.endsWith(NO_BREAK + name));
    return kind === undefined ? piece : paintOutcome(palette, kind)(piece.replace(NO_BREAK, ' '));
  };
  return wrap(text, columns - 2).map((line) => `  ${line.replace(COUNT, paint)}`);
}

function warnings(result: RunResult, watched: readonly Problem[] | undefined): readonly string[] {
  const { regions, refusedEvents = [], outcomesOmitted = 0, stoppedBy, notStored, notFound } = result;
  const { warnings: ofPolicy = [], lapsedKeeps = [] } = result;
  const problems = watched ?? problemsOf(result);
  const accounts = new Set(regions.map(({ accountId }) => accountId)).size;
  const where = (region: { accountId: string; regionId: string }) =>
    accounts > 1 ? `${region.regionId} of account ${region.accountId}` : region.regionId;
  const unread = regions.filter(({ listing }) => listing === 'unread').map(where);
  const unsupported = regions.filter(({ listing }) => listing === 'unsupported').map(where);
  const halted = regions.filter((region) => region.halted).map(where);
  return [
    ...(unread.length > 0 ? [`Not read, so nothing was changed there: ${unread.join(', ')}`] : []),
    ...problems.map(({ text }) => text),
    ...(notFound.length > 0 ? [`Not found in any account and region of the policy: ${notFound.join(', ')}`] : []),
    ...(halted.length > 0 ? [`Halted by limits.perRegionShare, nothing is deleted there: ${halted.join(', ')}`] : []),
    ...(stoppedBy === undefined ? [] : [`Stopped by the file ${stoppedBy}: nothing is deleted until it is removed`]),
    ...(unsupported.length > 0 ? [`The service is not offered in: ${unsupported.join(', ')}`] : []),
    ...(notStored === undefined ? [] : [`The result was not stored: ${notStored}`]),
    ...incomplete(result, problems),
    ...firstOf(ofPolicy, (text) => `Policy: ${text}`),
    ...firstOf(
      lapsedKeeps,
      ({ connectionId, until }) => `${connectionId}: vco-sweeper:keep protected it until ${until}`,
    ),
    ...refusedEvents.map(({ index, id, reason }) => `Refused event ${id ?? `number ${index + 1}`}: ${reason}`),
    ...(outcomesOmitted > 0
      ? [`${count(outcomesOmitted, 'more outcome')} not shown. The log has a line for each`]
      : []),
  ].map(toPrintable);
}

const problemsOf = ({ regions }: RunResult): readonly Problem[] =>
  regions.flatMap(({ listing, regionId, code = null, reason }) =>
    listing === 'unread' && reason !== undefined ? [{ text: `${regionId} was not read: ${reason}`, code }] : [],
  );

function incomplete({ status, regions, outcomes }: RunResult, problems: readonly Problem[]): readonly string[] {
  if (status !== 'incomplete') {
    return [];
  }
  const failed = [
    ...problems,
    ...regions.filter(({ listing }) => listing === 'unread'),
    ...outcomes.filter(({ outcome }) => outcome === 'failed'),
  ];
  return failed.some(({ code }) => typeof code === 'string' && isLasting(code))
    ? ['Incomplete: somebody has to fix the problems above. Until then every run ends like this one.']
    : ['Incomplete: the next run tries the missing reads and steps again.'];
}

/** The number of visible lines of a kind. The result has all lines. */
const SHOWN_MAX = 20;

function firstOf<Item>(items: readonly Item[], toText: (item: Item) => string): readonly string[] {
  const lines = items.slice(0, SHOWN_MAX).map(toText);
  return items.length > SHOWN_MAX ? [...lines, `… and ${items.length - SHOWN_MAX} more; --json has them all`] : lines;
}

/** Enough characters to compare two policies. The result has the whole hash. */
const HASH_LENGTH = 12;
const shorten = (hash: string): string => (hash.length > HASH_LENGTH ? `${hash.slice(0, HASH_LENGTH)}…` : hash);

function policyLine({ policy: { source, hash } }: RunResult): string {
  const by = `(SHA-256 ${shorten(hash)})`;
  if (source === 'none') {
    return `By no policy, so all defaults count ${by}`;
  }
  return toPrintable(`By the policy ${source === 'packed' ? 'packed with the function' : source} ${by}`);
}

/** The saved plan that the run wrote or swept. */
function planLines({ plan, mode }: RunResult): readonly string[] {
  if (plan === undefined) {
    return [];
  }
  const what = mode === 'plan' ? 'The plan' : 'By the plan';
  return [toPrintable(`${what} ${plan.file}, made at ${plan.madeAt} (SHA-256 ${shorten(plan.sha256)})`)];
}

function callsLine({ calls }: RunResult): string {
  const actions = Object.entries(calls).sort(([a], [b]) => (a < b ? -1 : 1));
  const total = actions.reduce((sum, [, times]) => sum + times, 0);
  const each = actions.map(([action, times]) => `${action} ${times}`).join(', ');
  return toPrintable(total === 0 ? 'No call to the cloud.' : `${count(total, 'call')}: ${each}`);
}

export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number} ${number === 1 ? noun : plural}`;

import type { OutcomeKind } from '../../../core/domain/outcome.ts';
import { formatAgo, formatAhead, formatMoment, shortenMoments } from '../../text/moment-text.ts';
import type { Row } from './page-rows.ts';

/** The tone of a badge and of a bar. */
export type Tone = 'bad' | 'gone' | 'due' | 'clock' | 'doubt' | 'safe';

type Words = { readonly tone: Tone; readonly means: string };

/** Every outcome, the most urgent first. */
export const OUTCOME_WORDS: ReadonlyMap<string, Words> = new Map<OutcomeKind | 'held', Words>([
  ['failed', { tone: 'bad', means: 'a step failed. The reason and the code say which step' }],
  ['blocked', { tone: 'bad', means: 'only a person can fix it. The reason says what to do' }],
  ['deleted', { tone: 'gone', means: 'deleted by the sweeper, and a read says that it does not exist' }],
  ['already-gone', { tone: 'gone', means: 'it does not exist any more, and the sweeper did not delete it' }],
  ['planned', { tone: 'due', means: 'due: the next sweep would delete it' }],
  ['deferred', { tone: 'due', means: 'due, and put off to a later run. The reason says why' }],
  ['held', { tone: 'due', means: 'detached by the sweeper, and kept for its hold before it is deleted' }],
  ['marked', { tone: 'clock', means: 'an orphan whose clock this run started' }],
  ['waiting', { tone: 'clock', means: 'an orphan whose grace has not run out, or that no message has announced yet' }],
  ['cleared', { tone: 'safe', means: 'in use again, so its mark was removed' }],
  ['unknown', { tone: 'doubt', means: 'in doubt, and therefore kept. The reason says why' }],
  ['protected', { tone: 'safe', means: 'its owner, its age or the policy protects it' }],
  ['kept', { tone: 'safe', means: 'in use, or not for the sweeper to touch; only counted' }],
]);

const RANKS = new Map([...OUTCOME_WORDS.keys()].map((outcome, rank) => [outcome, rank]));

export const rankOf = (outcome: string): number => RANKS.get(outcome) ?? RANKS.size;
export const toneOf = (outcome: string): Tone => OUTCOME_WORDS.get(outcome)?.tone ?? 'doubt';

const NUMBER = new Intl.NumberFormat('en');
export const formatNumber = (number: number): string => NUMBER.format(number);

export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${formatNumber(number)} ${number === 1 ? noun : plural}`;

/** Two digits after the decimal point, and the currency as in the policy. */
export const formatMoney = (amount: number, currency: string): string =>
  `${amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency}`;

/** A reason without the rule, which has its own column, and with times to the minute. */
export function reasonOf({ reason, rule }: Row): string {
  const short = rule !== null && reason.startsWith(`${rule}: `) ? reason.slice(rule.length + 2) : reason;
  return shortenMoments(short);
}

export const withStop = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

export const capitalized = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** The next step and its date, in a few words. */
export function whenOf(row: Row, nowMs: number): string {
  const { removal } = row;
  if (removal === undefined) {
    return row.outcome === 'waiting' && row.dueMs !== null ? 'not told yet' : '';
  }
  switch (removal.kind) {
    case 'gone':
      return `deleted, run of ${formatMoment(removal.atMs)}`;
    case 'now':
      return 'due now';
    case 'held':
      return `held until ${formatAhead(removal.atMs, nowMs)}`;
    case 'expected':
      return `${formatAhead(removal.atMs, nowMs)}, if marked now`;
    case 'later':
      return formatAhead(removal.atMs, nowMs);
  }
}

export { formatAgo, formatAhead, formatMoment };

import type { Defect } from '../defect.ts';

/** Mistakes about how long a connection has been an orphan. */
export const CLOCK_DEFECTS: readonly Defect[] = [
  {
    id: 'future-seen-accepted',
    happened: 'A time in the future counted as a fresh time.',
    file: 'lib/core/judge/claims.ts',
    from: 'if (ms > nowMs + AHEAD_MS_MAX) {',
    to: 'if (ms === -1) {',
    promise: 'S4',
  },
  {
    id: 'gap-ignored',
    happened: 'Two runs weeks apart counted as weeks of evidence.',
    file: 'lib/core/judge/claims.ts',
    from: 'if (life.nowMs - seen.seenMs > life.maxGapMs) {',
    to: 'if (life.nowMs < seen.seenMs) {',
    promise: 'S4',
  },
  {
    id: 'rule-change-keeps-the-clock',
    happened: 'The time as an orphan by a rule counted for another rule.',
    file: 'lib/core/judge/judge.ts',
    from: "const kept = new Map([...own.clocks].filter(([name, sinceMs]) => says(name) !== 'no' && !isTooOld(name, sinceMs)));",
    to: "const kept = new Map(RULE_NAMES.filter((name) => says(name) === 'yes' && own.clocks.size > 0).map((name) => [name, Math.min(...own.clocks.values())]));",
    promise: 'S4',
  },
  {
    id: 'used-keeps-its-mark',
    happened: 'A connection that was in use again kept its mark, and was deleted at the next short outage.',
    file: 'lib/core/judge/judge.ts',
    from: "'no rule is on',\n    markAction: clearIfMarked(base.connection),",
    to: "'no rule is on',\n    markAction: 'none',",
    promise: 'S4',
  },
  {
    id: 'doubt-renews-the-mark',
    happened: 'A run without evidence renewed the mark, and days without evidence counted as evidence.',
    file: 'lib/core/judge/judge.ts',
    from: "const markAction = markDisproved ? (clocks.size > 0 ? 'prune' : 'clear') : 'none';",
    to: "const markAction = base.mark.kind === 'valid' ? 'refresh' : 'none';",
    promise: 'S4',
  },
  {
    id: 'old-note-counts',
    happened: 'The detach note of last year was enough to delete a connection that is free today.',
    file: 'lib/core/judge/claims.ts',
    from: 'if (life.nowMs - lastMs <= life.maxGapMs) {',
    to: 'if (life.nowMs >= lastMs) {',
    promise: 'S4',
  },
];

import type { Defect } from '../defect.ts';

/** Mistakes about the notice before a deletion. */
export const TOLD_DEFECTS: readonly Defect[] = [
  {
    id: 'nobody-asked-who-was-told',
    happened: 'A notice was required, and the plan did not ask for it.',
    file: 'lib/core/plan/plan.ts',
    from: 'const why = notice && isNew(judged) ? whyUntold(notice) : undefined;',
    to: 'const why = notice && !isNew(judged) ? whyUntold(notice) : undefined;',
    promise: 'S16',
  },
  {
    id: 'told-of-another-clock',
    happened: 'A message about an earlier time as an orphan counted for the present time.',
    file: 'lib/core/told/told-clocks.ts',
    from: '[placeKey(place), connectionId, rule, sinceMs]',
    to: '[placeKey(place), connectionId, rule, sinceMs && 0]',
    promise: 'S16',
  },
  {
    id: 'told-by-another-rule',
    happened: 'A message about another rule counted.',
    file: 'lib/core/told/told-clocks.ts',
    from: '[placeKey(place), connectionId, rule, sinceMs]',
    to: '[placeKey(place), connectionId, sinceMs]',
    promise: 'S16',
  },
  {
    id: 'told-in-another-account',
    happened: 'A message about the same id in another account counted.',
    file: 'lib/core/told/told-clocks.ts',
    from: '[placeKey(place), connectionId, rule, sinceMs]',
    to: '[place.regionId, connectionId, rule, sinceMs]',
    promise: 'S16',
  },
  {
    id: 'told-in-another-region',
    happened: 'A message about the same id in another region counted.',
    file: 'lib/core/told/told-clocks.ts',
    from: '[placeKey(place), connectionId, rule, sinceMs]',
    to: '[place.accountId, connectionId, rule, sinceMs]',
    promise: 'S16',
  },
  {
    id: 'notice-not-waited-for',
    happened: 'An owner was told, and the connection was deleted a minute later.',
    file: 'lib/core/told/told-clocks.ts',
    from: 'atMs + noticeMs <= nowMs + APART_MS_MAX',
    to: 'atMs + Math.min(0, noticeMs) <= nowMs + APART_MS_MAX',
    promise: 'S16',
  },
  {
    id: 'unread-records-count-as-told',
    happened: 'The records of messages could not be read, and everybody counted as told.',
    file: 'lib/sweep/survey/read-notices.ts',
    from: 'return unread ?? toNotice(told.firstTelling(clock), noticeMs, nowMs);',
    to: 'return unread ? undefined : toNotice(told.firstTelling(clock), noticeMs, nowMs);',
    promise: 'S16',
  },
  {
    id: 'one-bad-record-is-all-bad',
    happened: 'A record of a message was cut off, and nobody counted as told any more.',
    file: 'lib/sweep/survey/read-notices.ts',
    from: 'if (this.unusable.length < NAMED_MAX) {',
    to: "this.unread ??= toUnread('StoreFailed', read.problem);\n    if (this.unusable.length < NAMED_MAX) {",
    promise: 'liveness',
  },
];

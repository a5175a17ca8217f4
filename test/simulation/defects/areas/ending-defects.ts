import type { Defect } from '../defect.ts';

/** Mistakes at the end of a run, and in its output. */
export const ENDING_DEFECTS: readonly Defect[] = [
  {
    id: 'body-in-error',
    happened: 'An error message quoted the reply, with the pre-shared keys in it.',
    file: 'lib/cloud/client/rpc.ts',
    from: 'throw unreadableReply(action, reply, read.problem);',
    to: 'throw unreadableReply(action, reply, JSON.stringify(reply.body));',
    promise: 'S13',
  },
  {
    id: 'unread-run-is-complete',
    happened: 'A run that could not read every region ended as complete.',
    file: 'lib/core/domain/outcome.ts',
    from: 'if (unread || facts.timeRanOut || counts.failed > 0)',
    to: 'if (facts.timeRanOut || counts.failed > 0)',
    promise: 'S14',
  },
  {
    id: 'failed-run-is-complete',
    happened: 'A run in which a step failed ended as complete.',
    file: 'lib/core/domain/outcome.ts',
    from: 'if (unread || facts.timeRanOut || counts.failed > 0)',
    to: 'if (unread || facts.timeRanOut)',
    promise: 'S14',
  },
  {
    id: 'lost-role-is-complete',
    happened: 'A run that could not assume a role of its policy ended as complete.',
    file: 'lib/sweep/survey/survey.ts',
    from: 'unopened.length > 0 || lostRoles.length > 0 || ',
    to: 'unopened.length > 0 || ',
    promise: 'S14',
  },
  {
    id: 'unread-not-counted',
    happened: 'Connections of a region that was not read whole were in no count.',
    file: 'lib/sweep/settle-outcomes.ts',
    from: 'for (const connection of region.inScope) {',
    to: 'for (const connection of region.inScope.slice(1)) {',
    promise: 'S14',
  },
  {
    id: 'deadline-ignored',
    happened: 'A wait continued after the time was over, and the platform killed the run before it could report.',
    file: 'lib/sweep/reads/poll-schedule.ts',
    from: 'Math.min(dueMs, untilMs) - nowMs',
    to: 'Math.max(dueMs, nowMs + 60_000) - nowMs',
    promise: 'deadline',
  },
  {
    id: 'tag-look-ignores-the-deadline',
    happened: 'The wait for a tag that did not show continued after the time was over.',
    file: 'lib/sweep/marks/tag-writes.ts',
    from: 'if (nextMs >= deadlineMs) {',
    to: 'if (nextMs === -1) {',
    promise: 'deadline',
  },
  {
    id: 'never-deletes',
    happened: 'A connection was marked by every run and removed by none.',
    file: 'lib/core/judge/judge.ts',
    from: '&& dueAtMs(rule) <= nowMs,',
    to: '&& dueAtMs(rule) <= nowMs - 9e12,',
    promise: 'liveness',
  },
];

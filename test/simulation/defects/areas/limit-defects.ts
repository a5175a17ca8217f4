import type { Defect } from '../defect.ts';

/** Mistakes about the limits of runs and regions, and about the change window. */
export const LIMIT_DEFECTS: readonly Defect[] = [
  {
    id: 'share-0-is-unlimited',
    happened: 'A share of 0 was read as "no limit".',
    file: 'lib/core/plan/plan.ts',
    from: 'const overShare = due / ours',
    to: 'const overShare = limits.perRegionShare !== 0 && due / ours',
    promise: 'S7',
  },
  {
    id: 'per-run-0-is-unlimited',
    happened: 'A limit of 0 was read as "no limit".',
    file: 'lib/sweep/steps/act.ts',
    from: 'let slots = plan.perRun;',
    to: 'let slots = plan.perRun || Number.POSITIVE_INFINITY;',
    promise: 'S7',
  },
  {
    id: 'per-run-is-per-region',
    happened: 'The limit of a run was counted anew in each region.',
    file: 'lib/sweep/run-sweep.ts',
    from: 'const { steps, tooLate } = await act(planned, contextOf, tags);',
    to: 'const regions = surveyed.regions.map(({ regionId }) => act({ ...planned, queue: planned.queue.filter((one) => one.regionId === regionId) }, contextOf, tags)); const done = await Promise.all(regions); const steps = new Map(done.flatMap((one) => [...one.steps])); const tooLate = new Map(done.flatMap((one) => [...one.tooLate]));',
    promise: 'S7',
  },
  {
    id: 'event-narrows-the-guard',
    happened:
      'Events about a single connection each emptied a region, because the share was computed for the event alone.',
    file: 'lib/core/plan/plan.ts',
    from: 'judged.filter(({ verdict }) => verdict.isDue && !verdict.locked).length',
    to: 'judged.filter(({ verdict, mode }) => mode !== undefined && verdict.isDue && !verdict.locked).length',
    promise: 'S7',
  },
  {
    id: 'failed-step-frees-its-place',
    happened:
      'A connection that was detached and could not be deleted did not count, and the next connection was taken.',
    file: 'lib/sweep/steps/act.ts',
    from: "if (!result.used && result.outcome !== 'deferred') {",
    to: "if (result.outcome !== 'deleted' && result.outcome !== 'deferred') {",
    promise: 'S7',
  },
  {
    id: 'window-ignored',
    happened: 'Outside the change window, work went on as ever.',
    file: 'lib/core/guards/change-window.ts',
    from: 'const why = reasonAt(limits, nowMs);',
    to: 'const why = nowMs < 0 ? reasonAt(limits, nowMs) : undefined;',
    promise: 'S7',
  },
  {
    id: 'window-looked-at-once',
    happened: 'A run that outlived its change window began new work.',
    file: 'lib/sweep/steps/leave-to-begin.ts',
    from: 'findClosed(run.policy.limits, run.clock.now())',
    to: 'findClosed(run.policy.limits, run.seenMs)',
    promise: 'S7',
  },
];

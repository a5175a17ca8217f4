import type { Defect } from '../defect.ts';

/** Mistakes about sweeps of a saved plan. */
export const PLAN_DEFECTS: readonly Defect[] = [
  {
    id: 'since-not-compared',
    happened:
      'A plan was swept, and nobody compared since when its connections had been orphans: the clock was a new clock.',
    file: 'lib/core/saved-plan/as-planned.ts',
    from: '(since === null ? undefined : parseInstant(since)) === sinceMs;',
    to: 'since === null || sinceMs !== 0 || parseInstant(since) === sinceMs;',
    promise: 'S18',
  },
  {
    id: 'attachment-not-compared',
    happened: 'A connection had been bound again since the plan was made, and the new attachment was detached.',
    file: 'lib/core/saved-plan/as-planned.ts',
    from: "...change('attachment', entry.attachmentId, attachment?.attachmentId ?? null),",
    to: "...change('attachment', entry.attachmentId, entry.attachmentId ?? attachment?.attachmentId ?? null),",
    promise: 'S18',
  },
  {
    id: 'note-of-another-attachment',
    happened: 'A half-done connection was deleted by a plan, although its note named another attachment than the plan.',
    file: 'lib/core/saved-plan/as-planned.ts',
    from: "const changes = change('attachment', entry.attachmentId, attachmentId);",
    to: "const changes = attachmentId === null ? ['no note'] : [];",
    promise: 'S18',
  },
  {
    id: 'rule-not-compared',
    happened:
      'A connection was due by another rule than the rule that people had read in the plan, and it was deleted.',
    file: 'lib/core/saved-plan/as-planned.ts',
    from: "...change('rule', entry.rule, rule),",
    to: "...change('rule', entry.rule, rule ?? entry.rule, true),",
    promise: 'S18',
  },
  {
    id: 'plan-marks-others',
    happened: 'A sweep of a plan left other connections alone, and still wrote tags on them.',
    file: 'lib/sweep/survey/swept-plan.ts',
    from: '  if (judged.mode === undefined || !isEntry) {',
    to: "  if (judged.mode === 'sweep' && !isEntry) {\n    return { ...judged, mode: 'mark' };\n  }\n  if (judged.mode === undefined) {",
    promise: 'S18',
  },
  {
    id: 'plan-not-compared-again',
    happened: 'A plan was compared with the listing, and not with the readings just before each write.',
    file: 'lib/sweep/steps/recheck.ts',
    from: 'const unplanned = region.plan && whyUnplanned(region.plan, { ...region, verdict });',
    to: 'const unplanned = undefined;',
    promise: 'S18',
  },
];

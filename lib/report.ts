export { digestKept, type Kept } from './report/digest.ts';
export { createExplanation, type Explanation, type RegionFacts } from './report/explanation.ts';
export { reportExplanation } from './report/explanation-report.ts';
export { type Look, paletteOf } from './report/look.ts';
export { toJsonLine, toPrintable } from './report/printable.ts';
export { reportOutcomes, reportRun } from './report/run-report.ts';
export { listCounts, reportDispatch, reportScopes, type ScopeRow } from './report/scope-table.ts';
export { count } from './report/summary.ts';
export { cutTo, wrap } from './report/text-width.ts';

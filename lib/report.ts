export { createExplanation, type Explanation, type RegionFacts } from './report/explain/explanation.ts';
export { digestKept, type Kept } from './report/kept-digest.ts';
export { listCounts, reportDispatch, reportScopes, type ScopeRow } from './report/text/dispatch-table.ts';
export { reportExplanation } from './report/text/explanation-report.ts';
export { toJsonLine, toPrintable } from './report/text/printable.ts';
export { type Look, paletteOf } from './report/text/report-style.ts';
export { reportOutcomes, reportRun } from './report/text/run-report.ts';
export { count } from './report/text/summary.ts';
export { cutTo, wrap } from './report/text/text-width.ts';

export { toFileProblem } from './policy/file-problem.ts';
export { loadPolicy, type PolicySources } from './policy/load.ts';
export { parsePolicy } from './policy/parse.ts';

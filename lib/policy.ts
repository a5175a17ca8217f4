export { toFileProblem } from './policy/file-problem.ts';
export { loadPolicy, type PolicySources } from './policy/load.ts';
export { parseDeclaredPolicy, parsePolicy } from './policy/parse.ts';

export { toFileProblem } from './policy/file-problem.ts';
export { loadPolicy, type PolicySources } from './policy/load-policy.ts';
export { parseDeclaredPolicy, parsePolicy } from './policy/parse-policy.ts';

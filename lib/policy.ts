export { loadPolicy, type PolicySources } from './policy/load.ts';
export { parsePolicy } from './policy/parse.ts';

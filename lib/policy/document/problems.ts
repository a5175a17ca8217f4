import type * as z from 'zod/mini';
import { nearest } from './nearest.ts';
import { quote } from './quote.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const SHOWN_MAX = 50;

/**
 * The problems of a document, with a line for each problem: the path, the value and the allowed values.
 *
 * The schemas give every issue its message: the allowed values, or for unknown keys the allowed keys, separated by
 * commas. Parse with `reportInput`, because otherwise the values cannot be shown.
 */
export const toProblems = (issues: readonly Issue[]): string[] => issues.flatMap((issue) => issueLines(issue, []));

function issueLines(issue: Issue, above: Path): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], key, issue.message));
  }
  if (issue.code === 'invalid_union') {
    const branch = branchMeant(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((inner) => issueLines(inner, path));
    }
  }
  if (issue.code === 'custom' && issue.params?.sentence === true) {
    return [`${toPath(path)}: ${issue.message}`];
  }
  const found = issue.input === undefined ? 'is missing' : `${quote(issue.input)} is not allowed`;
  const orNothing = issue.input === null ? ', or leave the key out' : '';
  return [`${toPath(path)}: ${found}; write ${issue.message}${orNothing}`];
}

/**
 * If a branch complains only about the inside of the value, it accepts the value's shape, so the author meant that
 * branch.
 */
const branchMeant = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  branches.find((issues) => issues.length > 0 && issues.every((issue) => issue.path.length > 0));

export function unknownKey(path: Path, key: string, allowedKeys: string): string {
  const meant = nearest(key, allowedKeys.split(', '));
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `${toPath(path)}: unknown key${hint} (allowed: ${allowedKeys})`;
}

function toPath(path: Path): string {
  const text = path.reduce<string>(
    (sofar, step) => `${sofar}${typeof step === 'number' ? `[${step}]` : dotted(sofar, step)}`,
    '',
  );
  return text === '' ? 'the whole document' : text;
}

function dotted(sofar: string, step: PropertyKey): string {
  const name = String(step);
  const shown = /^[\w:.-]{1,60}$/.test(name) ? name : quote(name);
  return sofar === '' ? shown : `.${shown}`;
}

/** All problems of a source as a single message. */
export function problemText(source: string, problems: readonly string[]): string {
  const [first, ...others] = problems;
  if (first !== undefined && others.length === 0) {
    return `${source}: ${first}`;
  }
  const hidden = problems.length - SHOWN_MAX;
  const lines = [...problems.slice(0, SHOWN_MAX), ...(hidden > 0 ? [`… and ${hidden} more`] : [])];
  return `${source}: ${problems.length} problems\n${lines.map((line) => `  - ${line}`).join('\n')}`;
}

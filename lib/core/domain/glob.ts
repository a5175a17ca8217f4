import { type Automaton, createAutomaton } from '../text/glob-automaton.ts';
import { toNormalForm } from '../text/normal-form.ts';

/**
 * Globs over names: `*` is any text, `?` a character, `[abc]` and `[!abc]` a character of a set, `{a,b}` any
 * of several texts. Any other character stands for itself. Case counts. Pattern and name are compared in a single Unicode
 * normal form.
 *
 * Glob libraries match file paths. They treat slashes, leading dots, `../` and parentheses in ways that would protect
 * fewer names than the pattern seems to say. Most libraries also build a regular expression, and a hostile name can keep
 * that busy for hours.
 */
export type Glob = (name: string) => boolean;

/** No naming scheme needs more stars. A pattern with more stars is a mistake. */
const STARS_MAX = 8;

const compiled = new Map<string, Glob | undefined>();

/** Undefined for a pattern with an unclosed bracket or brace, a range that runs backwards, or more than eight stars. */
export function parseGlob(pattern: string): Glob | undefined {
  if (!compiled.has(pattern)) {
    const automaton = compile(toNormalForm(pattern));
    compiled.set(pattern, automaton && ((name) => automaton.matches(toNormalForm(name))));
  }
  return compiled.get(pattern);
}

const TOKENS = /\*+|\[!?[^\]]+\]|[\s\S]/gu;

/** An open brace: the state in which its alternatives begin, and the state in which they meet. */
type Group = { readonly entry: number; readonly exit: number };

function compile(pattern: string): Automaton | undefined {
  const tokens: readonly string[] = pattern.match(TOKENS) ?? [];
  if (tokens.includes('[') || tokens.filter((token) => token.startsWith('*')).length > STARS_MAX) {
    return undefined;
  }
  const automaton = createAutomaton();
  const groups: Group[] = [];
  let at: number | undefined = automaton.start;
  for (const token of tokens) {
    at = append(automaton, groups, at, token);
    if (at === undefined) {
      return undefined;
    }
  }
  automaton.end(at);
  return groups.length === 0 ? automaton : undefined;
}

/** Append a token. Answers the state after it, or undefined if the token is not allowed at this place. */
function append(automaton: Automaton, groups: Group[], at: number, token: string): number | undefined {
  if (token === '{') {
    groups.push({ entry: at, exit: automaton.addState() });
    return automaton.addSkip(at);
  }
  if (token === '}') {
    const group = groups.pop();
    if (group !== undefined) {
      automaton.join(at, group.exit);
    }
    return group?.exit;
  }
  const group = groups.at(-1);
  if (token === ',' && group !== undefined) {
    automaton.join(at, group.exit);
    return automaton.addSkip(group.entry);
  }
  if (token.startsWith('*')) {
    return automaton.addLoop(at);
  }
  const isTaken = toTest(token);
  return isTaken && automaton.addStep(at, isTaken);
}

type Test = (char: string) => boolean;

/** The characters that a token matches. Undefined for a set that cannot be read. */
function toTest(token: string): Test | undefined {
  if (token === '?') {
    return () => true;
  }
  return token.startsWith('[') ? toSet(token.slice(1, -1)) : (char) => char === token;
}

function toSet(text: string): Test | undefined {
  const isNegated = text.startsWith('!');
  const ranges = toRanges([...text].slice(isNegated ? 1 : 0));
  if (ranges.some(({ from, to }) => from > to)) {
    return undefined;
  }
  return (char) => {
    const code = char.codePointAt(0) ?? 0;
    return ranges.some(({ from, to }) => from <= code && code <= to) !== isNegated;
  };
}

type Range = { readonly from: number; readonly to: number };

/** A hyphen between two characters makes a range. At either end of the set it stands for itself. */
function toRanges(chars: readonly string[]): readonly Range[] {
  const codeAt = (index: number): number => chars[index]?.codePointAt(0) ?? 0;
  const ranges: Range[] = [];
  for (let index = 0; index < chars.length; index += 1) {
    const isRange = chars[index + 1] === '-' && index + 2 < chars.length;
    const from = codeAt(index);
    index += isRange ? 2 : 0;
    ranges.push({ from, to: codeAt(index) });
  }
  return ranges;
}

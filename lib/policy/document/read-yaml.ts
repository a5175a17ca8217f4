import { Composer, type CST, type Document, isAlias, isNode, isPair, isScalar, Parser, visit } from 'yaml';
import { quote } from './quote.ts';
import type { Reading } from './reading.ts';
import { trailingComma } from './trailing-comma.ts';

/** Deeper than any policy. The parser's stack grows with the depth. */
const DEPTH_MAX = 32;

const problem = (text: string): Reading => ({ problems: [text] });

/**
 * Read a YAML 1.2 or JSON document as plain data. Undefined for a text without a document, which is empty or has only
 * comments.
 *
 * It refuses duplicate keys, aliases, merge keys, tags, several documents and YAML 1.1 (where `off` is a boolean),
 * because a reader and the parser see different things in each of these cases.
 */
export function readYaml(text: string): Reading {
  try {
    const tokens = [...new Parser().parse(text)];
    if (isDeeperThan(tokens, DEPTH_MAX)) {
      return problem(`the document is nested more than ${DEPTH_MAX} levels deep`);
    }
    const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: true, prettyErrors: false });
    const documents = [...composer.compose(tokens)];
    const [document, second] = documents;
    if (second !== undefined) {
      return problem(`${documents.length} YAML documents; write a single one`);
    }
    return document === undefined ? { value: undefined } : readDocument(document, text);
  } catch (error) {
    return problem(
      `not readable as YAML or JSON: ${error instanceof Error ? firstLine(error.message) : 'unknown error'}`,
    );
  }
}

function readDocument(document: Document.Parsed, text: string): Reading {
  // After the first few problems a broken text only repeats itself, and each place costs a search through it.
  const found = [...document.errors, ...document.warnings].slice(0, 20);
  const problems = found.map(
    ({ code, message, pos }) =>
      `${placeOf(text, pos[0])}: ${code === 'DUPLICATE_KEY' ? twice(text, pos[0]) : firstLine(message)}`,
  );
  const comma = trailingComma(text);
  if (comma !== undefined) {
    problems.push(`${placeOf(text, comma)}: nothing follows this comma; JSON has none before } or ]`);
  }
  if (document.directives.yaml.version !== '1.2') {
    problems.push('%YAML: only version 1.2 is supported');
  }
  problems.push(...oddNodes(document, text));
  if (problems.length > 0) {
    return { problems };
  }
  const { contents } = document;
  // `---` alone is as empty as an empty text. A written null is not, because it may be a template that failed.
  if (contents === null || (isScalar(contents) && contents.source === '')) {
    return { value: undefined };
  }
  return { value: document.toJS({ maxAliasCount: 0 }) };
}

/** The duplicate key at a place of the text. */
function twice(text: string, at: number): string {
  const [key = ''] = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^:,\s{}[\]]+)/.exec(text.slice(at, at + 200)) ?? [];
  return `the key ${/^["']/.test(key) ? quote(key.slice(1, -1)) : quote(key)} is there twice`;
}

/** YAML features that have no place in a policy: aliases, tags, and keys that are not plain text. */
function oddNodes(document: Document.Parsed, text: string): string[] {
  const problems: string[] = [];
  const placeOfNode = (node: unknown) => placeOf(text, isNode(node) ? (node.range?.[0] ?? 0) : 0);
  visit(document, (_key, node) => {
    if (isAlias(node)) {
      problems.push(
        `${placeOfNode(node)}: aliases are not supported; write the value out, or put a text that begins with * in quotes`,
      );
    }
    // Some tags turn a mapping or text into a set or a date, which has no keys to check.
    else if (isNode(node) && node.tag !== undefined) {
      problems.push(`${placeOfNode(node)}: tags are not supported (${quote(node.tag)}); write the value without it`);
    }
    if (isPair(node) && !(isScalar(node.key) && typeof node.key.value === 'string')) {
      problems.push(`${placeOfNode(node.key)}: a key must be text`);
    }
    // An assignment of this key would change a prototype, so it is refused before any assignment.
    if (isPair(node) && isScalar(node.key) && node.key.value === '__proto__') {
      problems.push(`${placeOfNode(node.key)}: unknown key ${quote(node.key.value)}`);
    }
  });
  return problems;
}

/** Counted on the parser's flat stack of tokens, before any recursion into them. */
function isDeeperThan(tokens: readonly CST.Token[], max: number): boolean {
  let level: readonly CST.Token[] = tokens;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > max) {
      return true;
    }
    level = level.flatMap(childTokens);
  }
  return false;
}

function childTokens(token: CST.Token): CST.Token[] {
  if (token.type === 'document') {
    return token.value === undefined ? [] : [token.value];
  }
  if (!('items' in token)) {
    return [];
  }
  return token.items.flatMap((item) => [item.key, item.value].filter((child) => child !== undefined && child !== null));
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

const firstLine = (message: string): string => (message.split('\n')[0] ?? '').slice(0, 200);

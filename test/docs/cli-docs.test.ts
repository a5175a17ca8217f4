import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../lib/cli/exit-code.ts';
import { RAM_DOCUMENTS } from './ram-reference.ts';

const PAGE = readFileSync('docs/cli.md', 'utf8').split('<!-- commands -->')[0] ?? '';
const VARIABLE = /\b(?:(?:SWEEP|DISPATCH|ALIBABA_CLOUD)_[A-Z_]*[A-Z]|LOG_LEVEL|NO_COLOR|FORCE_COLOR|COLUMNS)\b/g;

/** The first column of the table under a heading. */
function firstColumnOf(heading: string): readonly string[] {
  const section = PAGE.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell).slice(2);
}

/** The emulator is left out, because it sets variables for its functions and reads no variable. */
const SOURCES = ['functions', 'lib'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts') && !path.startsWith('lib/emulator/')),
);

/** Environment variables in the code of a source, as a property, a text or a key. */
const variablesOf = (path: string): readonly string[] =>
  (readFileSync(path, 'utf8').match(/(?:\benv\.|'|^ +)[A-Z_]+\b/gm) ?? []).flatMap(
    (text) => text.match(VARIABLE) ?? [],
  );

test('docs/cli.md has every exit code', () => {
  expect(firstColumnOf('Exit codes').map(Number)).toEqual(Object.values(EXIT));
});

test('docs/cli.md has every environment variable that the sources read, and no other', () => {
  const told = firstColumnOf('Environment variables').flatMap((cell) => cell.match(VARIABLE) ?? []);
  const read = new Set(SOURCES.flatMap(variablesOf));
  expect(told.toSorted()).toEqual([...read].toSorted());
});

test('docs/permissions.md names the users of each document of docs/ram', () => {
  const table = readFileSync('docs/permissions.md', 'utf8').split('<!-- rights -->')[0] ?? '';
  expect(RAM_DOCUMENTS.filter((file) => !table.includes(`](ram/${file})`))).toEqual([]);
});

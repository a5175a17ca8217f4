import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countWords, findHeadless, findSemicolons } from '../../scripts/prose/headless.mjs';
import { passagesOfPage, passagesOfSource } from '../../scripts/prose/passages.mjs';

const kindsOf = (text: string) => findHeadless(text).map(({ kind }) => kind);

describe('a headless pronoun is found', () => {
  test.each([
    ['What cannot be read is never taken as absent.', 'what'],
    ['The list of what it reads.', 'what'],
    ['Whoever finds no place waits.', 'what'],
    ['Nothing, who needs it sets a tag.', 'who'],
    ['Who can write to the bucket may stop a run.', 'who'],
    ['Only those that are due.', 'those'],
    ['The first tags, and those of the second.', 'those'],
    ['It leaves those.', 'those'],
    ['Those are kept.', 'those'],
    ['Half-done ones go first.', 'ones'],
    ['The one in question is read by itself.', 'one'],
    ['Each one is read.', 'one'],
    ['Only the one that it names.', 'one'],
    ['Only the one in doubt.', 'one'],
    ['A tag, and one that is void.', 'one'],
    ['One is kept.', 'one'],
    ['One of the regions.', 'one'],
    ['A region has one.', 'one'],
    ['It needs a new one.', 'one'],
    ['At least one is due.', 'one'],
    ['One connection is kept.', 'one'],
    ['It waits. One call is sent.', 'one'],
    ['Such a region is skipped.', 'such'],
    ['A name may be such that it fails.', 'such'],
    ['Such regions are skipped.', 'such'],
    ['None has gone.', 'none'],
    ['It waits for others.', 'other'],
    ['Others wait.', 'other'],
    ['It reads the tags of the other.', 'other'],
    ['A halted region does not halt another.', 'other'],
    ['Both are read.', 'each'],
    ['Each has a clock.', 'each'],
    ['Neither is read.', 'each'],
    ['It keeps that which it found.', 'that'],
    ['That a reply is late proves nothing.', 'that'],
  ])('in "%s"', (text, kind) => {
    expect(kindsOf(text)).toEqual([kind]);
  });

  test('once for each place, also across the end of a line', () => {
    expect(findHeadless('The one\nthat it reads, and those\nof a region.')).toEqual([
      { kind: 'one', index: 4 },
      { kind: 'those', index: 27 },
    ]);
  });
});

describe('no headless pronoun is found', () => {
  test.each([
    'A call reads one page.',
    'Both regions are read.',
    'Each region has a clock.',
    'Another region is read.',
    'Two runs wait for each other.',
    'A one-time key is kept.',
    'People who deploy it need a role.',
    'An owner who tags a connection keeps it.',
    'Those two regions are read again.',
    'It reads one region, one account and one transit router.',
    'Tags such as the detach note are kept.',
    'The other regions are unread.',
    'What does a run cost?',
    'Who may stop it?',
    'No one connection and no other.',
    'That is a defect.',
    'The run says that it is late.',
    'none',
  ])('in "%s"', (text) => {
    expect(kindsOf(text)).toEqual([]);
  });

  test('in the "what" of a heading', () => {
    expect(findHeadless('What you can trust', true)).toEqual([]);
    expect(findHeadless('What you can trust')).toHaveLength(1);
  });
});

test('a semicolon counts at the end of a clause, not in an entity or in a word', () => {
  expect(findSemicolons('It waits; then it reads;\nand stops &amp; ends. a;b')).toEqual([8, 23]);
});

test('words are counted without numbers and signs', () => {
  expect(countWords("It doesn't wait 24 hours: a half-done step.")).toBe(7);
});

describe('the passages of a page', () => {
  const textsOf = (page: string) => passagesOfPage(page).map(({ text }) => text.trim());

  test('are its headings, paragraphs, items and cells', () => {
    const page =
      '# What it is\nA line\nand its end.\n\n- An item.\n- Another\n  item.\n\n| one | two |\n| --- | --- |\n';
    expect(textsOf(page)).toEqual(['What it is', 'A line\nand its end.', 'An item.', 'Another\n  item.', 'one', 'two']);
  });

  test('hold no code, no target of a link and no quoted test name', () => {
    const page = 'See `what; it` at [the page](what.md) «what goes».\n\n```sh\nwhat;\n```\n';
    expect(textsOf(page).join()).not.toMatch(/what|;/);
    expect(textsOf(page)[0]).toMatch(/^See x{10} at \[the page\]/);
  });

  test('begin where the page has them', () => {
    const page = '# Title\n\n```\ncode\n```\n\n| a cell | those that wait |\n';
    const [passage] = passagesOfPage(page).filter(({ text }) => text.includes('those'));
    const [finding] = findHeadless(passage?.text ?? '');
    expect((passage?.start ?? 0) + (finding?.index ?? 0)).toBe(page.indexOf('those'));
  });
});

describe('the passages of a source', () => {
  const textsOf = (source: string) => passagesOfSource('a.ts', source).map(({ text }) => text.trim());

  test('are comments and the names of tests, and no other text', () => {
    const source = [
      '/** Says why. */',
      "const url = 'https://what'; // behind code",
      '// First line',
      '// and second.',
      '',
      '// A comment of its own.',
      "describe('a group', () => {});",
      "test.each<[string]>([['what']])('a table of %s', () => say('what'));",
      `it.skipIf(true)(\`a \${1} name\`, () => {});`,
    ].join('\n');
    expect(textsOf(source)).toEqual([
      'Says why.',
      'behind code',
      'First line\n   and second.',
      'A comment of its own.',
      'a group',
      'a table of %s',
      'a x name',
    ]);
  });

  test('begin where the source has them', () => {
    const source =
      "const a = 1;\n/**\n * It waits\n * for those that it knows.\n */\ntest('waits for others', () => {});\n";
    const found = passagesOfSource('a.ts', source).flatMap(({ start, text }) =>
      findHeadless(text).map(({ index }) => start + index),
    );
    expect(found).toEqual([source.indexOf('those'), source.indexOf('others')]);
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [resolve('scripts/prose.mjs'), ...args], { cwd: folder, encoding: 'utf8' });
  const write = (page: string, comment: string) => {
    for (const name of ['lib', 'docs']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    writeFileSync(join(folder, 'docs/a.md'), page);
    writeFileSync(join(folder, 'lib/a.ts'), `// ${comment}\n`);
  };

  test('prints the rates, and passes below the limits', () => {
    write('A page.\n', 'A comment.');
    const { status, stdout } = run('--check');
    expect(stdout).toBe(
      [
        'documents: 2 words; in 1,000 of them 0.0 headless pronouns (limit 3), 0.0 semicolons (limit 2)',
        'comments and test names: 2 words; in 1,000 of them 0.0 headless pronouns (limit 3), 0.0 semicolons (limit 2)\n',
      ].join('\n'),
    );
    expect(status).toBe(0);
  });

  test.each([
    ['a headless pronoun in a document', 'It waits for others.', 'A comment.'],
    ['a semicolon in a document', 'It waits; then it reads.', 'A comment.'],
    ['a headless pronoun in a comment', 'A page.', 'It waits for others.'],
    ['a semicolon in a comment', 'A page.', 'It waits; then it reads.'],
  ])('fails above a limit because of %s', (_cause, page, comment) => {
    write(page, comment);
    expect(run('--check').status).toBe(1);
    expect(run().status).toBe(0);
  });

  test('lists each finding with its line', () => {
    write('# A page\n\nIt waits for others; then\nit reads what it finds.\n', 'A comment.');
    expect(run('--list', 'docs/a.md').stdout).toBe(
      [
        'docs/a.md:3: other: It waits for others; then',
        'docs/a.md:3: ;: It waits for others; then',
        'docs/a.md:4: what: it reads what it finds.\n',
      ].join('\n'),
    );
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { GENERATED_DOCS, withPart } from './generated-docs.ts';

test.each(GENERATED_DOCS)('$file is up to date', ({ file, generate }) => {
  const text = readFileSync(file, 'utf8');
  expect(text, `${file} is stale; run: npm run docs`).toBe(generate(text));
});

test('only the named part is replaced', () => {
  const text = 'before\n<!-- keys -->\nold\n<!-- /keys -->\nafter\n';
  expect(withPart(text, 'keys', '$& new')).toBe('before\n<!-- keys -->\n\n$& new\n\n<!-- /keys -->\nafter\n');
});

test.each([
  ['without the part', 'before\n'],
  ['whose part does not end', '<!-- keys -->\nold\n'],
  ['whose part ends before it begins', '<!-- /keys -->\n<!-- keys -->\n'],
  ['with the part twice', '<!-- keys -->\n<!-- /keys -->\n<!-- keys -->\n<!-- /keys -->\n'],
])('a document %s is refused', (_what, text) => {
  expect(() => withPart(text, 'keys', 'new')).toThrow('there has to be one part between "<!-- keys -->');
});

test('npm run docs writes stale and missing parts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  try {
    for (const name of ['lib', 'test']) {
      symlinkSync(resolve(name), join(folder, name));
    }
    mkdirSync(join(folder, 'docs'));
    symlinkSync(resolve('docs/ram'), join(folder, 'docs/ram'));
    for (const [file, line] of [
      ['docs/policy.md', /^\| `mode` \|.*\n/m],
      ['docs/result.md', /^\| `cenId` \|.*\n/m],
      ['docs/cli.md', /^### vco-sweeper sweep$/m],
      ['docs/notify.md', /^41 connections.*\n/m],
      ['docs/permissions.md', /^### plan\.json$/m],
      ['policy.example.yaml', /^ {2}unassociated:.*\n/m],
    ] as const) {
      writeFileSync(join(folder, file), readFileSync(file, 'utf8').replace(line, ''));
    }
    const { stderr, stdout } = spawnSync(process.execPath, [resolve('scripts/docs.mjs')], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toBe(GENERATED_DOCS.map(({ file }) => `${file}: written\n`).join(''));
    for (const { file } of GENERATED_DOCS) {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(file, 'utf8'));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { GENERATED_DOCS, withPart } from './generated-docs.ts';

test.each(GENERATED_DOCS)('$file is what the sources say', ({ file, generate }) => {
  const text = readFileSync(file, 'utf8');
  expect(text, `${file} is stale; run: npm run docs`).toBe(generate(text));
});

test('a part is replaced, and nothing around it', () => {
  const text = 'before\n<!-- keys -->\nold\n<!-- /keys -->\nafter\n';
  expect(withPart(text, 'keys', '$& new')).toBe('before\n<!-- keys -->\n\n$& new\n\n<!-- /keys -->\nafter\n');
});

test.each([
  ['without the part', 'before\n'],
  ['whose part does not end', '<!-- keys -->\nold\n'],
  ['whose part ends before it begins', '<!-- /keys -->\n<!-- keys -->\n'],
  ['with the part twice', '<!-- keys -->\n<!-- /keys -->\n<!-- keys -->\n<!-- /keys -->\n'],
])('a document %s is refused', (_what, text) => {
  expect(() => withPart(text, 'keys', 'new')).toThrow('the document needs one part between <!-- keys -->');
});

test('npm run docs writes what is stale or missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  try {
    for (const name of ['lib', 'test']) {
      symlinkSync(resolve(name), join(folder, name));
    }
    cpSync('docs', join(folder, 'docs'), { recursive: true });
    cpSync('policy.example.yaml', join(folder, 'policy.example.yaml'));
    const stale = readFileSync('docs/policy.md', 'utf8').replace(/^\| `mode` \|.*\n/m, '');
    writeFileSync(join(folder, 'docs/policy.md'), stale);
    const { stderr, stdout } = spawnSync(process.execPath, [resolve('scripts/docs.mjs')], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('docs/policy.md: written\npolicy.example.yaml: as it was\npolicy.schema.json: written\n');
    for (const { file } of GENERATED_DOCS) {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(file, 'utf8'));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import packageFile from '../../package.json' with { type: 'json' };
import lockFile from '../../package-lock.json' with { type: 'json' };
import { linksOf, textOf } from '../docs/page-links.ts';

const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const answer = z.tuple([z.object({ files: z.array(z.object({ path: z.string() })) })]);

/** The files that `npm pack` would put into the package of a built folder. It runs no script. */
function listOf(cwd: string): readonly string[] {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return answer.parse(JSON.parse(text))[0].files.map(({ path }) => path);
}

/** The root files of the package that exist before a build. */
const WRITTEN = [
  ...['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...['s.yaml', 'policy.example.yaml', 'policy.schema.json', 'docs', 'examples'],
];

test('the package contains the programs and the pages, and no private file', () => {
  for (const name of WRITTEN) {
    cpSync(name, join(folder, name), { recursive: true });
  }
  for (const name of [
    'dist/cli/index.js',
    'dist/sweep/index.js',
    'dist/sweep/package.json',
    'dist/dispatch/index.js',
  ]) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  const wanted = listOf(folder);
  expect(wanted).toEqual(
    expect.arrayContaining([
      ...['dist/cli/index.js', 'dist/sweep/index.js', 'dist/sweep/package.json', 'dist/dispatch/index.js'],
      ...WRITTEN.filter((name) => name !== 'docs' && name !== 'examples'),
      ...['docs/policy.md', 'docs/cli.md', 'docs/decisions/README.md', 'docs/ram/plan.json'],
    ]),
  );

  const missing = wanted
    .filter((path) => path.endsWith('.md'))
    .flatMap((page) =>
      linksOf(textOf(page))
        .filter((link) => !link.startsWith('#'))
        .map((link) => normalize(join(dirname(page), link.split('#')[0] ?? ''))),
    )
    .filter((target) => !wanted.some((path) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`)));
  expect(missing).toEqual([]);

  // Private files that a person may have in the folder, or may have built.
  const stray = [
    'policy.yaml',
    'policy.json',
    '.env',
    'plan.json',
    'dist/sweep/policy.json',
    'dist/dispatch/policy.json',
    'dist/sweep/policy.yaml',
  ];
  for (const name of stray) {
    writeFileSync(join(folder, name), 'mode: sweep');
  }
  expect(listOf(folder)).toEqual(wanted);
});

test('the package can be published, and names no repository', () => {
  expect(packageFile).not.toHaveProperty('private');
  expect(packageFile.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect([lockFile.version, lockFile.packages[''].version]).toEqual([packageFile.version, packageFile.version]);
  expect(packageFile.keywords.length).toBeGreaterThan(5);
  for (const key of ['repository', 'bugs', 'homepage']) {
    expect(packageFile).not.toHaveProperty(key);
  }
});

test('the changelog begins with this version', () => {
  const [, version] = /^## (\S+?),? /m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
  expect(version).toBe(packageFile.version);
});

test('packing builds first, without a policy in the folder', () => {
  expect(packageFile.scripts.prepack).toBe('node scripts/build.mjs --without-policy');
});

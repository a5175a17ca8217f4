import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import packageFile from '../../package.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const answer = z.tuple([z.object({ files: z.array(z.object({ path: z.string() })) })]);

/** What `npm pack` would put into the package of a folder that was built; nothing of it is run. */
function listOf(cwd: string): readonly string[] {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return answer.parse(JSON.parse(text))[0].files.map(({ path }) => path);
}

test('the package holds what runs and what is read, and nothing of ours beside it', () => {
  for (const name of [
    'package.json',
    'LICENSE',
    'README.md',
    's.yaml',
    'policy.example.yaml',
    'policy.schema.json',
    'docs',
  ]) {
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
      ...[
        'LICENSE',
        'README.md',
        'package.json',
        'policy.example.yaml',
        'policy.schema.json',
        's.yaml',
        'docs/policy.md',
      ],
    ]),
  );

  // What a person has beside it, or built with it.
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

test('packing builds first, without the policy that lies there', () => {
  expect(packageFile.scripts.prepack).toBe('node scripts/build.mjs --without-policy');
});

import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { linksOf, textOf } from './page-links.ts';

/** Every Markdown page of the repository. */
const PAGES = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...['docs', 'examples', 'lib', 'functions', 'scripts', 'test'].filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];

/** The anchors of a page: its headings as GitHub writes them, with `-1`, `-2`, … for repeated headings, and `id`s. */
function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const headings = [...text.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set([...headings, ...[...text.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id)]);
}

const slugOf = (heading: string): string =>
  heading
    .replace(/\]\([^()]*\)/g, ']')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');

function problemOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (target.startsWith('..') || !existsSync(target)) {
    return `${link}: no such file`;
  }
  if (anchor === undefined) {
    return undefined;
  }
  return statSync(target).isFile() && anchorsOf(textOf(target)).has(anchor) ? undefined : `${link}: no such heading`;
}

test('the pages have links to check', () => {
  expect(PAGES.length).toBeGreaterThan(30);
  expect(PAGES.flatMap((page) => linksOf(textOf(page))).length).toBeGreaterThan(200);
});

test.each(PAGES)('every link and anchor of %s has an existing target', (page) => {
  const problems = linksOf(textOf(page)).flatMap((link) => problemOf(page, link) ?? []);
  expect(problems).toEqual([]);
});

describe('the check', () => {
  test.each([
    ['a missing file', 'README.md', 'docs/none.md', 'docs/none.md: no such file'],
    ['a missing heading', 'README.md', 'docs/policy.md#none', 'docs/policy.md#none: no such heading'],
    ['a missing heading of the page itself', 'docs/policy.md', '#none', '#none: no such heading'],
    ['a file outside of the repository', 'README.md', '../none.md', '../none.md: no such file'],
  ])('finds %s', (_problem, page, link, problem) => {
    expect(problemOf(page, link)).toBe(problem);
  });

  test('accepts a file, a folder, a heading, and a heading of the page itself', () => {
    for (const link of ['README.md', 'docs', 'docs/policy.md#several-accounts-and-regions', '#vco-sweeper']) {
      expect(problemOf('README.md', link)).toBeUndefined();
    }
  });

  test('finds links in tables and behind pictures, but not in code', () => {
    const text = '| [a](a.md) | ![b](b.svg) |\n[`c`](c.md#d) `[e](e.md)` [f](https://f.example)\n';
    expect(linksOf(text)).toEqual(['a.md', 'b.svg', 'c.md#d']);
  });

  test('writes anchors as GitHub does', () => {
    const text = '# What it is\n## Store ☁\n## `npm run docs`: a [link](a.md)\n## Store ☁\n';
    expect([...anchorsOf(text)]).toEqual(['what-it-is', 'store-', 'npm-run-docs-a-link', 'store--1']);
  });
});

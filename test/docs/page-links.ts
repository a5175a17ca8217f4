import { readFileSync } from 'node:fs';

const FENCE = /^[ \t]*(```|~~~)[\s\S]*?^[ \t]*\1[^\n]*$/gm;
const CODE = /`[^`\n]*`/g;
/** `[text](target)` and `![text](target)`. The text may contain brackets of code or of a picture. */
const LINK = /\]\(([^()\s]+)\)/g;
const ELSEWHERE = /^[a-z]+:/;

/** A page without its blocks of code. */
export const textOf = (path: string): string => readFileSync(path, 'utf8').replace(FENCE, '');

/** The targets of links to files of the repository, and to headings. */
export const linksOf = (text: string): readonly string[] =>
  [...text.replace(CODE, 'x').matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !ELSEWHERE.test(target));

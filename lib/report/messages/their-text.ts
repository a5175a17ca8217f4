import { toPrintable } from '../../core/text/printable.ts';

/** Characters that a dialect of Markdown may obey, except `_`, and the wide characters that look like them. */
const OBEYED = '`<>[]()*~#@|\\!&';
const FULL_WIDTH_OFFSET = 0xfee0;

/**
 * Other people's text as a line of bounded length, without characters that a client obeys instead of showing.
 *
 * @param charsMax in code points, with the sign of the cut
 */
export function toShown(text: string, charsMax: number): string {
  // Text far beyond the limit is cut before anything looks at it.
  const chars = [...toPrintable(text.slice(0, charsMax * 4))];
  return chars.length > charsMax || text.length > charsMax * 4
    ? `${chars.slice(0, charsMax - 1).join('')}…`
    : chars.join('');
}

const widen = (char: string): string => String.fromCharCode(char.charCodeAt(0) + FULL_WIDTH_OFFSET);

/**
 * The same text with full-width forms for all characters that a client might treat as formatting, a mention or a link.
 * It is for dialects without a documented way to escape.
 */
export const toHarmless = (text: string): string =>
  [...text]
    .map((char) => (OBEYED.includes(char) ? widen(char) : char))
    .join('')
    // Within a word, an underscore is a part of the name.
    .replaceAll(/(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/gu, (run) => widen('_').repeat(run.length))
    .replaceAll('://', '：／／');

/** An address in the parentheses of a Markdown link. */
export const toLinkTarget = (url: string): string => new URL(url).href.replaceAll('(', '%28').replaceAll(')', '%29');

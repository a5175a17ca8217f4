/** Scripts whose characters take two columns of a terminal. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;
const COMBINING = /\p{M}/u;
/** Characters of a column. Nearly every text has only these. */
const PLAIN = /^[ -~]*$/;

const widthOfChar = (char: string): number => (COMBINING.test(char) ? 0 : WIDE.test(char) ? 2 : 1);

/** Columns that printable text without colour takes on a terminal. */
export const widthOf = (text: string): number =>
  PLAIN.test(text) ? text.length : [...text].reduce((width, char) => width + widthOfChar(char), 0);

/** The text, cut to `width` columns. A cut text ends with an ellipsis. */
export const cutTo = (text: string, width: number): string =>
  widthOf(text) <= width ? text : `${headOf(text, width - 1)}…`;

function headOf(text: string, width: number): string {
  let head = '';
  let left = width;
  for (const char of text) {
    left -= widthOfChar(char);
    if (left < 0) {
      break;
    }
    head += char;
  }
  return head;
}

/** The text in lines of at most `width` columns, broken at spaces where possible. No character is lost. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => chop(long, Math.max(2, width)))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') {
      lines.push(line);
    }
    line = word;
  }
  return [...lines, line];
}

/** A word that is wider than a line, in pieces that fit. */
function chop(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let rest = word;
  while (widthOf(rest) > width) {
    const head = headOf(rest, width);
    pieces.push(head);
    rest = rest.slice(head.length);
  }
  return [...pieces, rest];
}

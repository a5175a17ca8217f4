/** Control and format characters (escape sequences, line breaks, bidirectional overrides, zero widths) and broken text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escapeChar = (char: string): string => {
  const hex = (char.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
};

/**
 * Text from the cloud as one line that shows what is in it: names and tags may hold anything, and must not be able to
 * move the cursor, colour the screen or look like another line of a report.
 */
export const toPrintable = (text: string): string => text.replace(UNPRINTABLE, escapeChar);

/** One line of JSON without a character that a terminal would obey; it parses to the same value. */
export const toJsonLine = (value: unknown): string =>
  JSON.stringify(value).replace(UNPRINTABLE, (char) =>
    [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );

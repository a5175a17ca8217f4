/**
 * Characters that a terminal obeys instead of showing: control and format characters (escape sequences, line breaks,
 * bidirectional overrides, zero widths), and broken text.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * These characters, and all other characters without a visible form or with the form of a blank. Texts with and without
 * them look the same.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]|(?! )\p{White_Space}/u;

/**
 * Text from the cloud as a line that shows all of its characters. Names and tags may hold anything. They must not be
 * able to move the cursor, colour the screen or look like another line of a report.
 */
export const toPrintable = (text: string): string =>
  text.replace(UNPRINTABLE, (char) => {
    const hex = codeOf(char).toString(16);
    return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
  });

/** A line of JSON without a character that a terminal would obey. It parses to the same value. */
export const toJsonLine = (value: unknown): string => toPrintableJson(JSON.stringify(value));

/** The same for a text that is already JSON. */
export const toPrintableJson = (json: string): string =>
  json.replace(UNPRINTABLE, (char) =>
    [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );

/** The first invisible character, as `U+200B`. Undefined for a text without invisible characters. */
export function findInvisible(text: string): string | undefined {
  const [char] = INVISIBLE.exec(text) ?? [];
  return char === undefined ? undefined : `U+${codeOf(char).toString(16).toUpperCase().padStart(4, '0')}`;
}

const codeOf = (char: string): number => char.codePointAt(0) ?? 0;

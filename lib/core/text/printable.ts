/**
 * Characters that a terminal obeys instead of showing: control and format characters (escape sequences, line breaks,
 * bidirectional overrides, zero widths), and broken text.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Those, and what else looks like nothing or like a blank: two texts with and without it look the same. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]|(?! )\p{White_Space}/u;

/**
 * Text from the cloud as one line that shows what is in it: names and tags may hold anything, and must not be able to
 * move the cursor, colour the screen or look like another line of a report.
 */
export const toPrintable = (text: string): string =>
  text.replace(UNPRINTABLE, (char) => {
    const hex = codeOf(char).toString(16);
    return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
  });

/** One line of JSON without a character that a terminal would obey; it parses to the same value. */
export const toJsonLine = (value: unknown): string => toPrintableJson(JSON.stringify(value));

/** The same for what is JSON text already. */
export const toPrintableJson = (json: string): string =>
  json.replace(UNPRINTABLE, (char) =>
    [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );

/** The first character that cannot be seen, as `U+200B`; undefined when there is none. */
export function findInvisible(text: string): string | undefined {
  const [char] = INVISIBLE.exec(text) ?? [];
  return char === undefined ? undefined : `U+${codeOf(char).toString(16).toUpperCase().padStart(4, '0')}`;
}

const codeOf = (char: string): number => char.codePointAt(0) ?? 0;

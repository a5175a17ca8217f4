/** A normal form for texts that look the same but are encoded differently. */
export const toNormalForm = (text: string): string => text.normalize('NFC');

export const isSameText = (a: string, b: string): boolean => a === b || toNormalForm(a) === toNormalForm(b);

/** White space, and characters without width or without any visible form. */
const UNSEEN = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu;

/**
 * The text as a person reads it, without differences in letter case, blanks, full-width forms and invisible characters.
 */
export const toReading = (text: string): string => text.normalize('NFKC').toLowerCase().replace(UNSEEN, '');

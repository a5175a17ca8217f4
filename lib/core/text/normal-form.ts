/** Text that looks the same may be written in several ways; in this form it is the same. */
export const toNormalForm = (text: string): string => text.normalize('NFC');

export const isSameText = (a: string, b: string): boolean => a === b || toNormalForm(a) === toNormalForm(b);

/** White space, and characters without width or with no look at all. */
const UNSEEN = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu;

/** What a person reads: letter case, blanks, full-width forms and characters that show nothing make no difference. */
export const toReading = (text: string): string => text.normalize('NFKC').toLowerCase().replace(UNSEEN, '');

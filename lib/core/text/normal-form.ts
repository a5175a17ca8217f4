/** Text that looks the same may be written in several ways; in this form it is the same. */
export const toNormalForm = (text: string): string => text.normalize('NFC');

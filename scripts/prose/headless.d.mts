export function findHeadless(passage: string, isHeading?: boolean): { readonly kind: string; readonly index: number }[];
export function findSemicolons(passage: string): number[];
export function countWords(passage: string): number;

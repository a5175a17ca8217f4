/** A moment as CBN writes it: UTC minutes. */
export const toMinute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

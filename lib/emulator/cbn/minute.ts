/** The form in which CBN tells a moment: UTC minutes. */
export const toMinute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

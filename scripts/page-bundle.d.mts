export function pageConstants(): Promise<Record<'PAGE_SCRIPT' | 'PAGE_STYLE', string>>;

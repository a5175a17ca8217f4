import { toJsonLine } from '../../core/text/printable.ts';

const SHOWN_MAX = 60;

/**
 * A value as a message may show it: bounded and on a single line. The contents of a list or a mapping are never shown,
 * because they may be long, deep, or private.
 */
export function quote(value: unknown): string {
  if (typeof value === 'string') {
    return quoteText(value);
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'an empty list' : 'a list';
  }
  if (value === null) {
    return 'null (nothing)';
  }
  if (typeof value === 'object') {
    return 'a mapping';
  }
  return String(value);
}

const quoteText = (text: string): string =>
  text.length > SHOWN_MAX ? `${toJsonLine(text.slice(0, SHOWN_MAX))}… (${text.length} characters)` : toJsonLine(text);

import type { ReportDigest } from '../digest/report-digest.ts';

/**
 * The JSON in the page: the digest, with its outcomes in columns. A text that many outcomes share appears once in
 * `texts`, and columns contain its index, or `NO_TEXT` for null. Times are seconds since 1970, or null.
 */
export type PageData = {
  readonly report: Omit<ReportDigest, 'outcomes'>;
  readonly texts: readonly string[];
  readonly rows: PageColumns;
};

export const NO_TEXT = -1;

export type PageColumns = {
  readonly id: readonly string[];
  readonly name: readonly (string | null)[];
  readonly request: readonly (string | null)[];
  readonly account: readonly number[];
  readonly region: readonly number[];
  readonly owner: readonly number[];
  readonly outcome: readonly number[];
  readonly rule: readonly number[];
  readonly reason: readonly number[];
  readonly code: readonly number[];
  readonly transitRouter: readonly number[];
  readonly cen: readonly number[];
  readonly run: readonly number[];
  readonly backup: readonly number[];
  readonly evidence: readonly (readonly number[])[];
  readonly created: readonly (number | null)[];
  readonly since: readonly (number | null)[];
  readonly due: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
  readonly held: readonly (number | null)[];
  /** Absent if no outcome has a notice. */
  readonly told?: readonly (number | null)[];
  readonly notice?: readonly (number | null)[];
};

import { createHash } from 'node:crypto';
import { toJsonLine } from '../../core/text/printable.ts';
import type { ReportDigest } from '../digest/report-digest.ts';
import { packDigest } from './pack-digest.ts';

// The build and the tests replace these names with the bundle of `browser/` and `page.css` (scripts/page-bundle.mjs).
declare const PAGE_SCRIPT: string;
declare const PAGE_STYLE: string;

/** A self-contained HTML file that loads nothing from a server. Pure. */
export const renderPage = (digest: ReportDigest): string => [...pagePieces(digest)].join('');

/**
 * The same in pieces, so that a large report is written piece by piece. Pure.
 *
 * The page's security policy allows only this script and this style, by their hashes. All text from the cloud is in a
 * block of data, which the script shows as text.
 */
export function* pagePieces(digest: ReportDigest): Generator<string, void> {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(PAGE_SCRIPT)}`,
    `style-src ${hashOf(PAGE_STYLE)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>vco-sweeper report</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<noscript>This report shows its tables with a script that is part of this file. Allow scripts for it, or use the CSV.</noscript>
<script type="application/json" id="data">`;
  yield* dataPieces(digest);
  yield `</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** The data of the page as JSON, column by column. */
function* dataPieces(digest: ReportDigest): Generator<string, void> {
  const { rows, ...rest } = packDigest(digest);
  yield `${toScriptData(rest).slice(0, -1)},"rows":`;
  let before = '{';
  for (const [name, column] of Object.entries(rows)) {
    yield `${before}${toScriptData(name)}:${toScriptData(column)}`;
    before = ',';
  }
  yield '}}';
}

/** The hash of a text in the form of a Content Security Policy. */
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** JSON that cannot end its script block. */
const toScriptData = (value: unknown): string => toJsonLine(value).replaceAll('<', '\\u003c');

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The path of a module in a package, up to the package's own folder. */
const PACKAGE = /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|copying)\b/i;
const NOTICE_FILE = /^notice\b/i;

/** The licence texts of packages that name a licence but do not include its text. */
const TEXTS = {
  ISC: `Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY
AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
PERFORMANCE OF THIS SOFTWARE.`,
  MIT: `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`,
};

const HEAD = 'Code of these packages is part of what lies in this folder. Each is under its own licence.\n';
const LINE = `\n${'-'.repeat(80)}\n`;

/**
 * The licences of all packages whose code is in some bundles, as a text. The same packages always give the same text.
 *
 * Throws for a package without a licence text, unless the text of its named licence is known here.
 *
 * @param metafiles of esbuild, a file for each bundle
 */
export function licencesOf(metafiles) {
  const outputs = metafiles.flatMap(({ outputs }) => Object.values(outputs));
  const modules = outputs.flatMap(({ inputs }) => Object.entries(inputs));
  const folders = modules.flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? (PACKAGE.exec(path)?.slice(1, 2) ?? []) : [],
  );
  const notices = [...new Set(folders)].map(noticeOf).sort();
  // The same version may be in several folders.
  return [HEAD, ...new Set(notices)].join(LINE);
}

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).sort();
  const textOf = (pattern) => files.filter((file) => pattern.test(file)).map((file) => read(join(folder, file)));
  const own = textOf(LICENCE_FILE);
  const texts = own.length > 0 ? own : [known({ name, license, author })];
  return [`${name} ${version} (${license})`, ...texts, ...textOf(NOTICE_FILE)].join('\n\n').concat('\n');
}

const read = (path) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trim();

function known({ name, license, author }) {
  const text = TEXTS[license];
  if (text === undefined) {
    throw new Error(`${name}: no licence file, and no text here for "${license}" (scripts/licences.mjs)`);
  }
  const holder = typeof author === 'string' ? author : author?.name;
  return `Copyright ${holder ?? `the authors of ${name}`}\n\n${text}`;
}

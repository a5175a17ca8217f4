// Measures the plain English of documents, comments and test names: headless pronouns and semicolons in 1,000 words.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countWords, findHeadless, findSemicolons } from './prose/headless.mjs';
import { passagesOfPage, passagesOfSource } from './prose/passages.mjs';

const HELP = `npm run prose
  Prints the rates of documents (*.md, without code) and of comments with the names of tests.
npm run prose -- --check        exits with 1 when a rate is not below its limit
npm run prose -- --files        also prints the 40 files with the most findings
npm run prose -- --list FILE…   prints each finding in these files, with its line
`;
/** In 1,000 words, for documents and for comments. */
const LIMITS = { headless: 3, semicolons: 2 };
const SOURCE_FOLDERS = ['lib', 'functions', 'scripts', 'test'];
const PAGE_FOLDERS = ['docs', 'examples'];
const SOURCE = /\.(ts|mts|mjs|cjs)$/;
const WORST_MAX = 40;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean' },
    files: { type: 'boolean' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else if (values.list) {
  positionals.forEach(printFindings);
} else {
  printRates();
}

function printRates() {
  const groups = [
    ['documents', pages()],
    ['comments and test names', sources()],
  ];
  for (const [name, paths] of groups) {
    const measured = paths.map(measure);
    const rates = ratesOf(measured);
    process.stdout.write(`${name}: ${rates.words} words; in 1,000 of them ${tellRates(rates)}\n`);
    if (values.check && Object.keys(LIMITS).some((key) => rates[key] >= LIMITS[key])) {
      process.stdout.write(`  too many: see "npm run prose -- --help"\n`);
      process.exitCode = 1;
    }
    if (values.files) {
      printWorst(measured);
    }
  }
}

function ratesOf(measured) {
  const sum = (key) => measured.reduce((total, { [key]: count }) => total + count, 0);
  const words = sum('words');
  return { words, headless: (1000 * sum('headless')) / words, semicolons: (1000 * sum('semicolons')) / words };
}

function tellRates({ headless, semicolons }) {
  return `${headless.toFixed(1)} headless pronouns (limit ${LIMITS.headless}), ${semicolons.toFixed(1)} semicolons (limit ${LIMITS.semicolons})`;
}

function printWorst(measured) {
  const findings = ({ headless, semicolons }) => headless + semicolons;
  const worst = measured.filter((file) => findings(file) > 0).sort((a, b) => findings(b) - findings(a));
  for (const { path, words, headless, semicolons } of worst.slice(0, WORST_MAX)) {
    process.stdout.write(`  ${path}: ${headless} headless pronouns, ${semicolons} semicolons, ${words} words\n`);
  }
}

function measure(path) {
  const passages = passagesOf(path, readFileSync(path, 'utf8'));
  const sum = (count) => passages.reduce((total, passage) => total + count(passage), 0);
  return {
    path,
    words: sum(({ text }) => countWords(text)),
    headless: sum(({ text, isHeading }) => findHeadless(text, isHeading).length),
    semicolons: sum(({ text }) => findSemicolons(text).length),
  };
}

function printFindings(path) {
  const source = readFileSync(path, 'utf8');
  const findings = passagesOf(path, source).flatMap(({ start, text, isHeading }) => [
    ...findHeadless(text, isHeading).map(({ kind, index }) => ({ kind, at: start + index })),
    ...findSemicolons(text).map((index) => ({ kind: ';', at: start + index })),
  ]);
  for (const { kind, at } of findings.sort((a, b) => a.at - b.at)) {
    const line = source.slice(0, at).split('\n').length;
    process.stdout.write(`${path}:${line}: ${kind}: ${source.split('\n')[line - 1].trim()}\n`);
  }
}

function passagesOf(path, source) {
  return path.endsWith('.md') ? passagesOfPage(source) : passagesOfSource(path, source);
}

function pages() {
  const atRoot = readdirSync('.').filter((name) => name.endsWith('.md'));
  return [...atRoot, ...filesIn(PAGE_FOLDERS).filter((path) => path.endsWith('.md'))];
}

function sources() {
  return filesIn(SOURCE_FOLDERS).filter((path) => SOURCE.test(path));
}

function filesIn(folders) {
  const present = readdirSync('.');
  return folders
    .filter((folder) => present.includes(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)));
}

// The passages of English in a file. Each keeps its length, so that an offset in it is an offset in the file.
import { parseSync, Visitor } from 'oxc-parser';

const TEST_CALLS = new Set(['test', 'it', 'describe']);
/** Code, paths and quoted test names count as a word each. */
const CODE = /`[^`]*`|«[^»]*»|https?:\/\/\S+/g;
const LINK_TARGET = /(?<=\])\([^()\s]*\)/g;
const FENCE = /^[ \t]*(```|~~~)[\s\S]*?^[ \t]*\1[^\n]*$/gm;
/** A line that begins a passage of its own: a heading, an item, a quotation, a rule or a table row. */
const OPENING = /^\s*(?:#|[-*+]\s|\d+\.\s|>|---|\|)/;

const blank = (text) => text.replace(/[^\n]/g, ' ');
const masked = (text) => text.replace(CODE, (code) => 'x'.repeat(code.length));

/** @returns the passages of a Markdown page: paragraphs, items, headings and table cells */
export function passagesOfPage(source) {
  const text = masked(source.replace(FENCE, blank)).replace(LINK_TARGET, blank);
  const passages = [];
  let open;
  let start = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '' || OPENING.test(line) || open?.isHeading) {
      open = undefined;
    }
    if (/^\s*\|/.test(line)) {
      passages.push(...cellsOf(line, start));
    } else if (line.trim() !== '') {
      if (open === undefined) {
        open = { start, text: '', isHeading: /^\s*#/.test(line) };
        passages.push(open);
      }
      open.text += `${open.text === '' ? line.replace(OPENING, (mark) => ' '.repeat(mark.length)) : line}\n`;
    }
    start += line.length + 1;
  }
  return passages;
}

/**
 * @returns the comments and the names of tests in a source file. Lines of `//` that follow each other are a single comment
 */
export function passagesOfSource(name, source) {
  const { program, comments } = parseSync(name, source);
  return [...commentsOf(source, comments), ...testNamesOf(program)];
}

function cellsOf(line, start) {
  const cells = [...line.matchAll(/[^|]+/g)].map(({ 0: text, index }) => ({ start: start + index, text }));
  return cells.filter(({ text }) => /[A-Za-z]/.test(text)).map((cell) => ({ ...cell, isHeading: false }));
}

function commentsOf(source, comments) {
  const passages = [];
  let last;
  for (const { type, value, start, end } of comments) {
    const gap = last && source.slice(last.end, start);
    const follows = last?.column === columnOf(source, start) && /^\s*$/.test(gap) && gap.split('\n').length === 2;
    if (type === 'Line' && last?.type === 'Line' && follows) {
      passages.at(-1).text += `${gap}  ${value}`;
    } else {
      passages.push({ start, text: `  ${value}`, isHeading: false });
    }
    last = { type, end, column: columnOf(source, start) };
  }
  return passages.map((passage) => ({ ...passage, text: masked(withoutStars(passage.text)) }));
}

const columnOf = (source, offset) => offset - source.lastIndexOf('\n', offset - 1);
const withoutStars = (text) => text.replace(/^(\s*)\*/gm, '$1 ').replace(/^(\s*)@\w+/gm, (tag) => blank(tag));

/** Names of `test`, `it` and `describe`, also by way of `test.each(…)`. */
function testNamesOf(program) {
  const passages = [];
  const visitor = new Visitor({
    CallExpression({ callee, arguments: [name] }) {
      if (TEST_CALLS.has(rootOf(callee)) && (name?.type === 'TemplateLiteral' || typeof name?.value === 'string')) {
        const text = name.type === 'TemplateLiteral' ? quasisOf(name) : ` ${name.value}`;
        passages.push({ start: name.start, text, isHeading: false });
      }
    },
  });
  visitor.visit(program);
  return passages;
}

const quasisOf = ({ quasis }) => ` ${quasis.map(({ value }) => value.cooked).join('x')}`;

function rootOf(callee) {
  switch (callee.type) {
    case 'Identifier':
      return callee.name;
    case 'MemberExpression':
      return rootOf(callee.object);
    case 'CallExpression':
      return rootOf(callee.callee);
    default:
      return undefined;
  }
}

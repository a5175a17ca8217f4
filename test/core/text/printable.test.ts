import { expect, test } from 'vitest';
import { isSameText, toNormalForm, toReading } from '../../../lib/core/text/normal-form.ts';
import { findInvisible, toJsonLine, toPrintable, toPrintableJson } from '../../../lib/core/text/printable.ts';

test.each([
  ['a\u001b[31mb', 'a\\u001b[31mb'],
  ['a\nb', 'a\\u000ab'],
  ['a\u202eb', 'a\\u202eb'],
  ['a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
  ['a\ud800b', 'a\\ud800b'],
  ['a\u{e0001}b', 'a\\u{e0001}b'],
  ['ü 汉 🎉', 'ü 汉 🎉'],
])('%j is shown as %j', (text, expected) => {
  expect(toPrintable(text)).toBe(expected);
});

test('a line of JSON has no such character, and parses to the same value', () => {
  const value = { name: 'a\u202eb\u{e0001}c\n', 'k\u200b': '🎉' };
  const line = toJsonLine(value);
  expect(line).toBe('{"name":"a\\u202eb\\udb40\\udc01c\\n","k\\u200b":"🎉"}');
  expect(JSON.parse(line)).toEqual(value);
  expect(toPrintableJson('"a\u0085b"')).toBe('"a\\u0085b"');
});

test.each([
  ['plain text', undefined],
  ['', undefined],
  ['zero\u200bwidth', 'U+200B'],
  ['no\u00a0break', 'U+00A0'],
  ['tab\tin it', 'U+0009'],
  ['soft\u00adhyphen', 'U+00AD'],
  ['hangul\u3164filler', 'U+3164'],
  ['tag\u{e0041}', 'U+E0041'],
  ['\ud800', 'U+D800'],
])('the first invisible character of %j is %s', (text, expected) => {
  expect(findInvisible(text)).toBe(expected);
});

test('texts that differ only in their encoding are the same text', () => {
  expect(toNormalForm('u\u0308')).toBe('ü');
  expect(isSameText('u\u0308', 'ü')).toBe(true);
  expect(isSameText('ü', 'ü')).toBe(true);
  expect(isSameText('u', 'ü')).toBe(false);
});

test('a person reads a text without case, blanks, full-width forms and invisible characters', () => {
  expect(toReading(' ＶＣＯ-Sweeper\u200b:\u00a0KEEP\u0007\u202e ')).toBe('vco-sweeper:keep');
});

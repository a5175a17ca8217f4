import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

type Parser = { readonly parse: (text: string) => unknown };

const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
const sdk: Parser = createRequire(resolve('node_modules/@alicloud/pop-core/lib/rpc.js'))('json-bigint');
let bundled: Parser;

/** Bundles the parser that the SDK gets in the functions. */
beforeAll(() => {
  const script = `
    import { build } from 'esbuild';
    import { BUNDLING } from './scripts/bundling.mjs';
    import { quickJson } from './scripts/quick-json.mjs';
    const contents = "module.exports = require('json-bigint')";
    const stdin = { contents, resolveDir: 'node_modules/@alicloud/pop-core/lib' };
    await build({ ...BUNDLING, stdin, outfile: process.env.TEST_BUNDLE, plugins: [quickJson] });
  `;
  const outfile = join(folder, 'out.cjs');
  const env = { TEST_BUNDLE: outfile };
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  bundled = createRequire(outfile)(outfile);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A number with all its digits is written as a text here, and so differs from a number. */
function told({ parse }: Parser, text: string) {
  try {
    return JSON.stringify(parse(text));
  } catch (error) {
    return error;
  }
}

/** Only the SDK's parser makes objects without a prototype. */
const isReadByNode = (value: unknown) => Object.getPrototypeOf(value) === Object.prototype;

test.each([
  ['{"RequestId":"x","CreateTime":1492747187000,"Cidr":"10.0.0.0/8","Name":"a\\n\\"b\\"","Ok":true}', true],
  ['{"id":"1000000000000001","CreationTime":"2026-11-22T10:00:00Z","Balance":-0.25}', true],
  ['{"AliUid":1000000000000001}', false],
  ['[{"a":[1, -1234567890.12345]}]', false],
  ['{"a":1e400}', false],
  ['{"a":[ 1E2]}', false],
  ['{"a":-123456789012345}', false],
  ['{"a":123456789012345}', true],
  ['1000000000000001', false],
  ['{"__proto__":{"a":1}}', false],
  ['{"\\u005f_proto__":{"a":1}}', false],
  ['{"constructor":1}', false],
  ['{"a":"\t"}', false],
  ['{"a":01}', false],
  ['{"a":1', false],
  ['<html>', false],
  ['', false],
])('%s is read as the SDK reads it, by Node: %s', (text, byNode) => {
  const expected = told(sdk, text);
  expect(told(bundled, text)).toEqual(expected);
  if (typeof expected === 'string' && text.startsWith('{')) {
    expect(isReadByNode(bundled.parse(text))).toBe(byNode);
  }
});

test('every text of JSON, whole or damaged, is read as the SDK reads it', () => {
  const number = fc.oneof(
    fc.double(),
    fc.bigInt().map(String),
    fc.constantFrom('-0', '1.50', '9007199254740993', '1E-7'),
  );
  const named = fc.constantFrom('a', '__proto__', 'constructor', '\\u005f_proto__').map((name) => `{"${name}":1}`);
  const piece = fc.oneof(fc.json(), number.map(String), named, fc.constantFrom('{', '}', '"', '\\', ' '));
  const page = fc.array(piece, { maxLength: 4 }).map((pieces) => `{"a":[${pieces.join(',')}]}`);
  const damaged = fc.tuple(page, fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, put]) => {
    const place = at % text.length;
    return text.slice(0, place) + put + text.slice(place + 1);
  });
  fc.assert(
    fc.property(fc.oneof(page, damaged), (text) => {
      expect(told(bundled, text)).toEqual(told(sdk, text));
    }),
    { numRuns: 3000 },
  );
});

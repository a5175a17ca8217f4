import { PassThrough } from 'node:stream';
import { confirm } from '@clack/prompts';
import { expect, test } from 'vitest';
import { withSize } from '../../lib/cli/process-io.ts';

test.each([
  ['is kept', { columns: 132, rows: 40 }, { columns: 132, rows: 40 }],
  ['of 0 is taken for 80 by 24', { columns: 0, rows: 0 }, { columns: 80, rows: 24 }],
])("a terminal's size that %s", (_what, told, expected) => {
  expect(withSize(told)).toEqual(expected);
});

test('a question on a terminal of 0 columns stays on its line', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = withSize(Object.assign(new PassThrough(), { columns: 0, rows: 0 }));
  const answer = confirm({ message: 'delete 3 connections?', initialValue: false, input, output });
  input.write('n');
  expect(await answer).toBe(false);
  expect(String(output.read())).toContain('delete 3 connections?');
});

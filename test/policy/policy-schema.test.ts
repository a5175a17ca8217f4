import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyJsonSchema } from '../../lib/policy/schema/json-schema.ts';

const file = new URL('../../policy.schema.json', import.meta.url);

test('policy.schema.json is what the validating schema says', () => {
  const expected = `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
  if (process.env.UPDATE_SCHEMA === '1') {
    writeFileSync(file, expected);
  }
  expect(
    readFileSync(file, 'utf8'),
    'policy.schema.json is stale; run: UPDATE_SCHEMA=1 npx vitest run test/policy/policy-schema.test.ts',
  ).toBe(expected);
});

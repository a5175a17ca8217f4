import { policyJsonSchema } from '../../lib/policy/schema/json-schema.ts';
import { policyKeyTable } from '../../lib/policy/schema/key-table.ts';
import { ruleExample, ruleList } from '../../lib/policy/schema/rule-docs.ts';
import { CSV_COLUMNS } from '../../lib/report/csv/to-csv.ts';

export type GeneratedDoc = {
  readonly file: string;
  /** The whole file as the sources have it, from its text as it is. Pure. */
  readonly generate: (text: string) => string;
};

/** Every file that is made from the sources, in full or in part. `npm run docs` writes them, and a test compares them. */
export const GENERATED_DOCS: readonly GeneratedDoc[] = [
  {
    file: 'docs/policy.md',
    generate: (text) => withPart(withPart(text, 'rules', ruleList()), 'keys', policyKeyTable()),
  },
  { file: 'docs/result.md', generate: (text) => withPart(text, 'csv', csvColumnTable()) },
  { file: 'policy.example.yaml', generate: (text) => withBetween(text, '\nrules:\n', '\n\n', ruleExample()) },
  { file: 'policy.schema.json', generate: () => `${JSON.stringify(policyJsonSchema(), null, 2)}\n` },
];

function csvColumnTable(): string {
  const rows = CSV_COLUMNS.map(({ name, holds }) => `| \`${name}\` | ${holds} |`);
  return ['| column | holds |', '| --- | --- |', ...rows].join('\n');
}

/** A Markdown document with something else between `<!-- name -->` and `<!-- /name -->`. */
export const withPart = (text: string, name: string, content: string): string =>
  withBetween(text, `<!-- ${name} -->\n`, `<!-- /${name} -->`, `\n${content}\n\n`);

/**
 * A text with something else between `start` and the next `end`.
 *
 * @throws Error when `start` occurs not once, or `end` not after it: nothing would be written, or something lost
 */
function withBetween(text: string, start: string, end: string, content: string): string {
  const [before, rest, ...more] = text.split(start);
  const length = rest?.indexOf(end) ?? -1;
  if (rest === undefined || more.length > 0 || length === -1) {
    throw new Error(`there has to be one part between ${JSON.stringify(start)} and ${JSON.stringify(end)}`);
  }
  return `${before}${start}${content}${rest.slice(length)}`;
}

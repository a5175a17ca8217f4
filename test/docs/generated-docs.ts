import { policyJsonSchema } from '../../lib/policy/schema/json-schema.ts';
import { policyKeyTable } from '../../lib/policy/schema/key-table.ts';
import { ruleExample, ruleList } from '../../lib/policy/schema/rule-docs.ts';
import { CSV_COLUMNS } from '../../lib/report/csv/to-csv.ts';
import { cliReference } from './cli-reference.ts';
import { exampleMessage } from './notify-examples.ts';
import { ramReference } from './ram-reference.ts';

export type GeneratedDoc = {
  readonly file: string;
  /** The whole file as generated from the sources, with the hand-written parts of its present text. */
  readonly generate: (text: string) => string;
};

/**
 * Every file that is generated from the sources, in full or in part. `npm run docs` writes the files, and a test
 * compares them.
 */
export const GENERATED_DOCS: readonly GeneratedDoc[] = [
  {
    file: 'docs/policy.md',
    generate: (text) => withPart(withPart(text, 'rules', ruleList()), 'keys', policyKeyTable()),
  },
  { file: 'docs/result.md', generate: (text) => withPart(text, 'csv', csvColumnTable()) },
  { file: 'docs/cli.md', generate: (text) => withPart(text, 'commands', cliReference()) },
  {
    file: 'docs/notify.md',
    generate: (text) => {
      const inEnglish = withPart(text, 'english', exampleMessage('dingtalk', 'en'));
      const inBoth = withPart(inEnglish, 'chinese', exampleMessage('wecom', 'zh'));
      return withPart(inBoth, 'event', exampleMessage('cloudevents', 'en'));
    },
  },
  { file: 'docs/permissions.md', generate: (text) => withPart(text, 'rights', ramReference()) },
  { file: 'policy.example.yaml', generate: (text) => withBetween(text, '\nrules:\n', '\n\n', ruleExample()) },
  { file: 'policy.schema.json', generate: () => `${JSON.stringify(policyJsonSchema(), null, 2)}\n` },
];

function csvColumnTable(): string {
  const rows = CSV_COLUMNS.map(({ name, holds }) => `| \`${name}\` | ${holds} |`);
  return ['| column | holds |', '| --- | --- |', ...rows].join('\n');
}

/** A Markdown document with other content between `<!-- name -->` and `<!-- /name -->`. */
export const withPart = (text: string, name: string, content: string): string =>
  withBetween(text, `<!-- ${name} -->\n`, `<!-- /${name} -->`, `\n${content}\n\n`);

/**
 * A text with other content between `start` and the next `end`.
 *
 * @throws Error unless `start` occurs exactly once and `end` follows it. Otherwise text would be lost or not written
 */
function withBetween(text: string, start: string, end: string, content: string): string {
  const [before, rest, ...more] = text.split(start);
  const length = rest?.indexOf(end) ?? -1;
  if (rest === undefined || more.length > 0 || length === -1) {
    throw new Error(`there has to be one part between ${JSON.stringify(start)} and ${JSON.stringify(end)}`);
  }
  return `${before}${start}${content}${rest.slice(length)}`;
}

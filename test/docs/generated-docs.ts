import { policyJsonSchema } from '../../lib/policy/schema/json-schema.ts';
import { policyKeyTable } from '../../lib/policy/schema/key-table.ts';
import { ruleExample, ruleList } from '../../lib/policy/schema/rule-docs.ts';

export type GeneratedDoc = {
  readonly file: string;
  /** The whole file as the sources have it, from its text as it is. Pure. */
  readonly generate: (text: string) => string;
};

/** Everything below `rules:`, up to the next empty line. */
const EXAMPLE_RULES = /(?<=^rules:\n)[\s\S]*?(?=^$)/m;

/** Every file that is made from the sources in full or in part. `npm run docs` writes them, and a test compares them. */
export const GENERATED_DOCS: readonly GeneratedDoc[] = [
  {
    file: 'docs/policy.md',
    generate: (text) => withPart(withPart(text, 'keys', policyKeyTable()), 'rules', ruleList()),
  },
  { file: 'policy.example.yaml', generate: (text) => text.replace(EXAMPLE_RULES, () => `${ruleExample()}\n`) },
  { file: 'policy.schema.json', generate: () => `${JSON.stringify(policyJsonSchema(), null, 2)}\n` },
];

/**
 * A document with something else between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error when it has no such part, or two: nothing would be written, or something lost
 */
export function withPart(text: string, name: string, content: string): string {
  const [before, part, ...more] = text.split(`<!-- ${name} -->\n`);
  const end = part?.indexOf(`<!-- /${name} -->`) ?? -1;
  if (part === undefined || end === -1 || more.length > 0) {
    throw new Error(`the document needs one part between <!-- ${name} --> and <!-- /${name} -->`);
  }
  return `${before}<!-- ${name} -->\n\n${content}\n\n${part.slice(end)}`;
}

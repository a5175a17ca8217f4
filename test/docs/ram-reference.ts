import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';

const FOLDER = 'docs/ram';
const texts = z.union([z.string(), z.array(z.string())]);
const ramDocument = z.object({
  Statement: z.array(
    z.object({
      Effect: z.literal('Allow'),
      Action: texts,
      Resource: z.optional(texts),
      Principal: z.optional(z.record(z.string(), texts)),
      Condition: z.optional(z.record(z.string(), z.record(z.string(), z.unknown()))),
    }),
  ),
});

export const RAM_DOCUMENTS = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .sort();

/** The actions and resources of each document in docs/ram, in Markdown. */
export const ramReference = (): string => RAM_DOCUMENTS.map(sectionOf).join('\n\n');

function sectionOf(file: string): string {
  const { Statement } = ramDocument.parse(JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')));
  const rows = Statement.map(
    ({ Action, Resource = '', Principal = {}, Condition = {} }) =>
      `| ${codesOf(Action)} | ${codesOf(Resource)} | ${codesOf(Object.values(Principal).flat())}${conditionsOf(Condition)} |`,
  );
  return [`### ${file}`, '', '| actions | resources | by, or only if |', '| --- | --- | --- |', ...rows].join('\n');
}

const codesOf = (list: string | readonly string[]): string =>
  [list]
    .flat()
    .filter((text) => text !== '')
    .map((text) => `\`${text}\``)
    .join('<br>');

const conditionsOf = (conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string =>
  Object.values(conditions)
    .flatMap((keys) => Object.entries(keys).map(([key, value]) => `\`${key}\` is \`${String(value)}\``))
    .join('<br>');

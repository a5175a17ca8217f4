import { RULES } from '../../core/rules/all-rules.ts';

const LINE_LENGTH_MAX = 122;

/** Every rule as a Markdown list, for `docs/policy.md`. */
export const ruleList = (): string => RULES.map(({ name, about }) => wrap(`- \`${name}\`: ${about}`)).join('\n');

/** The keys below `rules` at their defaults, each with a comment, for `policy.example.yaml`. */
export function ruleExample(): string {
  const rows = RULES.map(({ name, graceDefault, summary }) => ({ key: `  ${name}: ${graceDefault}`, summary }));
  const width = Math.max(...rows.map(({ key }) => key.length)) + 3;
  return rows.map(({ key, summary }) => `${key.padEnd(width)}# ${toComment(summary)}`).join('\n');
}

/** In the style of the other comments in the example: no Markdown, no capital, no full stop. */
const toComment = (summary: string): string =>
  `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`.replaceAll('`', '').replace(/\.$/, '');

function wrap(item: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of item.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > LINE_LENGTH_MAX) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

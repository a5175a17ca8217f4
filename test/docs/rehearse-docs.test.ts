import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../cli/cli-harness.ts';

const FOLDER = 'examples/rehearse';
const FILES = Object.fromEntries(
  readdirSync(FOLDER).map((name) => [`${FOLDER}/${name}`, readFileSync(`${FOLDER}/${name}`, 'utf8')]),
);
const PAGE = readFileSync('docs/rehearse.md', 'utf8');
const outputOf = (policy: string): string | undefined =>
  new RegExp(`<!-- output: ${policy} -->\n\`\`\`text\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
const COMMANDS = [...PAGE.matchAll(/^npx vco-sweeper (rehearse .*examples.*)$/gm)].map(([, command = '']) => command);

test.each([
  ['policy.yaml', 0],
  ['careless-policy.yaml', 3],
])('docs/rehearse.md shows the exact rehearsal of %s, with exit code %i', async (policy, code) => {
  const command = COMMANDS.find((one) => one.includes(`${FOLDER}/${policy}`)) ?? '';
  const ran = await run(command.split(' '), { files: FILES });
  expect(ran).toMatchObject({ code, err: '', out: outputOf(policy) });
});

// Mutation testing (docs/mutation.md). Each part of the code is measured with the tests of its own folder.
//   npm run mutate                                         all parts
//   npm run mutate -- core                                 a part: core or sweep
//   npm run mutate -- core --mutate lib/core/rules/*.ts    other arguments are for Stryker
import { spawnSync } from 'node:child_process';

/** Folders of `lib`, and of `test` for the tests that measure them. */
const PARTS = ['core', 'sweep'];

const given = process.argv.slice(2);
const [first = '-'] = given;
const isPart = !first.startsWith('-');
if (isPart && !PARTS.includes(first)) {
  process.stderr.write(`no part ${JSON.stringify(first)}: name ${PARTS.join(' or ')} first\n`);
  process.exit(2);
}
for (const part of isPart ? [first] : PARTS) {
  const env = { ...process.env, MUTATED_PART: part };
  const { status } = spawnSync('npx', ['stryker', 'run', ...given.slice(isPart ? 1 : 0)], { env, stdio: 'inherit' });
  if (status !== 0) {
    process.exitCode = 1;
  }
}

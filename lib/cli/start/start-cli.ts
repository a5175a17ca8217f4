// What `vco-sweeper` starts with: a file of its own, which an old Node can read. Everything else is in the next one.
import { dieOf } from './die-of.ts';
import { ENGINES, refusalOf } from './node-version.ts';

const EXIT_BAD_USAGE = 2;

const refusal = refusalOf(process.version, ENGINES);
if (refusal === undefined) {
  process.on('uncaughtException', dieOf);
  import('../main.ts').then(({ run }) => run()).catch(dieOf);
} else {
  process.stderr.write(`${refusal}\n`);
  process.exitCode = EXIT_BAD_USAGE;
}

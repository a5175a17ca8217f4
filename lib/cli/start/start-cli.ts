// The entry of `vco-sweeper`, in a separate file that an old Node can parse. It loads the rest of the program.
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

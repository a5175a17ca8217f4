import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { pageConstants } from './scripts/page-bundle.mjs';

/** Whole simulated weeks, and every reply spoilt in every way: a run should not end with one of these alone. */
const LONG = ['test/simulation/**/*.test.ts', 'test/sweep/spoilt-replies.test.ts'];
/** An emulator and the sweep in one process. */
const IN_PROCESS = ['test/{cloud,dispatch,sweep}/**/*.test.ts', 'test/emulator/*.test.ts'];
/** They build the programs, or start Chromium, and import little. */
const ALONE = ['test/{house,page}/**/*.test.ts'];
/** Beside pure tests, but it asks Node itself in a process of its own. */
const STARTING_NODE = ['test/wiring/refuse-debug.test.ts'];
/** No socket, no process and no file but to read; `test/setup/no-io.ts` sees to that. `npm run test:fast` runs these. */
const PURE = [
  'test/{core,event,policy,report,wiring}/**/*.test.ts',
  'test/cloud/wire/wire-*.test.ts',
  'test/emulator/{cbn,estate,faults,gateway,generate,state,vpc}/**/*.test.ts',
];

/** Script and style of the report page, as the build puts them into what it bundles. */
const define = await pageConstants();

// In the order in which they run. A file that does not isolate shares its process with others of its project: a process
// for each file costs more than most files do.
const PROJECTS = [
  { name: 'long', include: LONG, exclude: [], isolate: true },
  { name: 'alone', include: ALONE, exclude: [...LONG, ...IN_PROCESS, ...PURE], isolate: true },
  {
    name: 'processes',
    include: ['test/**/*.test.ts'],
    exclude: [...LONG, ...ALONE, ...IN_PROCESS, ...PURE],
    isolate: false,
  },
  { name: 'starting-node', include: STARTING_NODE, exclude: [], isolate: true },
  { name: 'in-process', include: IN_PROCESS, exclude: [...LONG, ...PURE], isolate: false },
  { name: 'pure', include: PURE, exclude: STARTING_NODE, isolate: false },
];

/** Projects in their order, so that the last files are short ones; the files of each in the order that the seed gives. */
class ByProject extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { seed } = this.ctx.config.sequence;
    const rank = ({ project }: TestSpecification) => PROJECTS.findIndex(({ name }) => name === project.name);
    const lot = ({ moduleId }: TestSpecification) => createHash('sha256').update(`${seed} ${moduleId}`).digest('hex');
    return files.toSorted((a, b) => rank(a) - rank(b) || (lot(a) < lot(b) ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    // The order of tests must not matter; the seed is printed so a failing order can be repeated.
    sequence: { shuffle: true, sequencer: ByProject },
    // Tests that start processes wait for them, so one more than there are cores keeps all cores busy. Projects do not
    // extend this configuration, because one that they inherit would win over `--maxWorkers`.
    maxWorkers: availableParallelism() + 1,
    projects: PROJECTS.map(({ name, ...project }) => ({
      // A copy for each, because vitest takes out what it has read.
      define: { ...define },
      test: {
        name,
        ...project,
        setupFiles: ['test/setup/fixed-seed.ts', ...(name === 'pure' ? ['test/setup/no-io.ts'] : [])],
        sequence: { shuffle: true },
        testTimeout: 60_000,
        env: { NO_COLOR: '1' },
      },
    })),
  },
});

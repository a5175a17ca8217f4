import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// `npm run mutate` says which part.
const { MUTATED_PART: part = 'core' } = process.env;

/** The first test that fails decides, so examples come first, and properties, which take longer, come last. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => (moduleId.includes('properties') ? 1 : 0);
    return files.toSorted((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    include: [`test/${part}/**/*.test.ts`],
    // As good as the others, and slower than all of them together.
    exclude: ['test/sweep/spoilt-replies.test.ts'],
    sequence: { sequencer: QuickFirst },
    setupFiles: ['test/setup/fixed-seed.ts'],
    testTimeout: 60_000,
    // Each mutant has a new worker, and all of its test files share that worker, so modules are loaded once a mutant.
    isolate: false,
    env: { NO_COLOR: '1' },
  },
});

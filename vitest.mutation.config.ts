import { defineConfig } from 'vitest/config';

// Each mutant runs tests again, so only quick ones take part: those of the core, and those of whole sweeps.
export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts', 'test/sweep/**/*.test.ts'],
    // As good as the others, and slower than all of them together.
    exclude: ['test/sweep/spoilt-replies.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 60_000,
    env: { NO_COLOR: '1' },
  },
});

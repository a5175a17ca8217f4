import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The order of tests must not matter; the seed is printed so a failing order can be repeated.
    sequence: { shuffle: true },
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 60_000,
    env: { NO_COLOR: '1' },
  },
});

// `npm run mutate` says which part.
const { MUTATED_PART: part = 'core' } = process.env;
const reports = `reports/mutation/${part}`;

export default {
  mutate: [`lib/${part}/**/*.ts`],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  incrementalFile: `${reports}/incremental.json`,
  reporters: ['clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `${reports}/mutation.json` },
  htmlReporter: { fileName: `${reports}/mutation.html` },
  // TypeScript 7 has no JavaScript API to rewrite tsconfig.json with, and the sandbox needs no rewriting.
  tsconfigFile: 'none',
  tempDirName: '.stryker-tmp',
  thresholds: { high: 95, low: 90, break: 85 },
};

/**
 * The settings of every bundle. The bench bundles its comparisons in the same way.
 * Names stay as they are, so that a stack says which function failed. That costs a few kilobytes and no time. esbuild's
 * `keepNames` would cost both advantages.
 */
export const BUNDLING = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: false,
  legalComments: 'none',
  logLevel: 'warning',
};

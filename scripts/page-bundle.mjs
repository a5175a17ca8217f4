import { build } from 'esbuild';

/** Browsers since 2023. */
const BROWSERS = ['chrome110', 'firefox115', 'safari16.4'];

/**
 * The script and the style of the report page as constants of `lib/report/page/render-page.ts`. Every program that
 * bundles or runs that file defines them in this way.
 */
export async function pageConstants() {
  const { outputFiles } = await build({
    entryPoints: { script: 'lib/report/page/browser/page-main.ts', style: 'lib/report/page/page.css' },
    outdir: 'page',
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: BROWSERS,
    logLevel: 'warning',
  });
  const textOf = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
  return { PAGE_SCRIPT: JSON.stringify(textOf('.js')), PAGE_STYLE: JSON.stringify(textOf('.css')) };
}

import { basename, relative } from 'node:path';

/**
 * The command that a person types to start this program again: `npx` in a project, the name of an installed program, or
 * Node with a path.
 *
 * @param script as in `process.argv`
 */
export function invokedAs(script: string, env: Readonly<Record<string, string | undefined>>, folder: string): string {
  if (env.npm_command !== undefined || /[\\/]node_modules[\\/]\.bin[\\/]/.test(script)) {
    return 'npx vco-sweeper';
  }
  return /^vco-sweeper(\.\w+)?$/.test(basename(script)) ? 'vco-sweeper' : `node ${inShell(relative(folder, script))}`;
}

const inShell = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

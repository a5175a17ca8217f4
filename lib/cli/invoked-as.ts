import { basename, relative } from 'node:path';

/**
 * What a person types to start this command again: by `npx` where it lies in a project, by its name where it is installed,
 * else by Node and a path.
 *
 * @param script as `process.argv` names it
 */
export function invokedAs(script: string, env: Readonly<Record<string, string | undefined>>, folder: string): string {
  if (env.npm_command !== undefined || /[\\/]node_modules[\\/]\.bin[\\/]/.test(script)) {
    return 'npx vco-sweeper';
  }
  return /^vco-sweeper(\.\w+)?$/.test(basename(script)) ? 'vco-sweeper' : `node ${inShell(relative(folder, script))}`;
}

const inShell = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

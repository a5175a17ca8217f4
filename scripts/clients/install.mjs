// Installs the SDKs of a language into a folder, and says how its clients are started.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GO_MODULES, PYTHON_PACKAGES } from './versions.mjs';

const HERE = resolve('scripts/clients');

/** A toolchain that is missing, or that cannot install. */
export class Unavailable extends Error {}

function run(command, args, options = {}) {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (error !== undefined || status !== 0) {
    throw new Unavailable(error?.message ?? `${command} ${args[0]}: ${stderr.trim().split('\n').at(-1)}`);
  }
}

function need(command, args) {
  if (spawnSync(command, args, { stdio: 'ignore' }).status !== 0) {
    throw new Unavailable(`${command} is not there`);
  }
}

/** @returns the clients by their names: command and arguments of each client */
export function installPython(folder) {
  need('python3', ['-c', 'import venv, sys; sys.exit(sys.version_info < (3, 8))']);
  const home = join(folder, 'python');
  run('python3', ['-m', 'venv', home]);
  const python = join(home, 'bin', 'python');
  const pinned = Object.entries(PYTHON_PACKAGES).map(([name, version]) => `${name}==${version}`);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pinned]);
  const script = (name) => [python, ['-B', join(HERE, 'python', name)]];
  return { 'python new': script('new_sdk.py'), 'python old': script('old_sdk.py') };
}

/** @returns the clients by their names: command and arguments of each client */
export function installGo(folder) {
  need('go', ['version']);
  const home = join(folder, 'go');
  mkdirSync(home);
  cpSync(join(HERE, 'go'), home, { recursive: true });
  const options = { cwd: home };
  run('go', ['mod', 'init', 'clients'], options);
  run('go', ['get', ...Object.entries(GO_MODULES).map(([name, version]) => `${name}@${version}`)], options);
  run('go', ['mod', 'tidy'], options);
  run('go', ['build', '-o', 'bin/', './newsdk', './oldsdk'], options);
  return { 'go new': [join(home, 'bin', 'newsdk'), []], 'go old': [join(home, 'bin', 'oldsdk'), []] };
}

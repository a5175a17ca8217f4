import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the build', () => {
  beforeEach(() => {
    for (const name of ['functions', 'lib']) {
      symlinkSync(resolve(name), join(folder, name));
    }
  });

  /** The build of these sources in a folder of its own, beside this policy. */
  function buildWith(policy: string) {
    writeFileSync(join(folder, 'policy.yaml'), policy);
    return spawnSync(process.execPath, [resolve('scripts/build.mjs')], { cwd: folder, encoding: 'utf8' });
  }
  const packed = () => readFileSync(join(folder, 'dist/sweep/policy.json'), 'utf8');

  test('compiles a policy to JSON, and packs nothing else of it', () => {
    const policy = 'mode: mark # for now\nprotect: { names: [prod-*] }\n';
    expect(buildWith(policy)).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(packed())).toEqual({ mode: 'mark', protect: { names: ['prod-*'] } });
    expect(parsePolicy(packed(), 'packed')).toEqual(parsePolicy(policy, 'written'));
    expect(existsSync(join(folder, 'dist/sweep/policy.yaml'))).toBe(false);
  });

  test.each([
    ['with an unknown key', 'mdoe: sweep', /^policy\.yaml: mdoe: unknown key .*\nNothing was built\.\n$/],
    ['that is no YAML', 'mode: [', /^policy\.yaml: line 1, column 8: .*\nNothing was built\.\n$/],
  ])('fails for a policy %s, and the last one stays', (_what, policy, message) => {
    buildWith('mode: mark');
    const { status, stderr } = buildWith(policy);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
    expect(JSON.parse(packed())).toEqual({ mode: 'mark' });
  });
});

/** What it says when it has read its policy and event: nothing runs without credentials. */
const READ = 'the function has no credentials: give it a role (s.yaml, `role`)';
const SCRIPT = `
  require(process.env.TEST_BUNDLE).handler(Buffer.from(process.env.TEST_EVENT), {}).catch(({ name, message, stack }) => {
    process.stdout.write(JSON.stringify({ name, message, stack, loaded: Object.keys(require.cache) }));
  });
`;

describe('the built function, in a folder with nothing beside it', () => {
  beforeEach(() => {
    cpSync('dist/sweep', folder, { recursive: true });
    rmSync(join(folder, 'policy.json'), { force: true });
  });

  function run(env: Readonly<Record<string, string>>, event: unknown = {}) {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', SCRIPT], {
      cwd: '/',
      encoding: 'utf8',
      env: { TEST_BUNDLE: join(folder, 'index.js'), TEST_EVENT: JSON.stringify(event), ...env },
    });
    expect(stderr).toBe('');
    const { loaded, ...thrown } = JSON.parse(stdout);
    return { ...thrown, loaded: loaded.map((path: string) => basename(path)) };
  }
  const pack = (name: string, text: string) => writeFileSync(join(folder, name), text);

  test.each<[string, Readonly<Record<string, string>>]>([
    ['no policy', {}],
    ['a blank one', { SWEEP_POLICY: ' \n' }],
    ['one in JSON', { SWEEP_POLICY: '{ "mode": "mark" }\n' }],
  ])('with %s loads no YAML parser', (_what, env) => {
    expect(run(env)).toMatchObject({ name: 'ConfigError', message: READ, loaded: ['index.js'] });
  });

  test('with the packed policy loads no YAML parser, and goes by it', () => {
    pack('policy.json', '{ "regions": ["cn-beijing"] }');
    expect(run({})).toMatchObject({ message: READ, loaded: ['index.js'] });
    expect(run({}, { regions: ['cn-hangzhou'] })).toMatchObject({
      message: expect.stringContaining('cn-hangzhou'),
      loaded: ['index.js'],
    });
  });

  test.each(['SWEEP_POLICY', 'SWEEP_POLICY_FILE', 'policy.yaml'])('reads YAML from %s', (source) => {
    const text = 'regions: [cn-beijing]\n';
    pack(source === 'policy.yaml' ? source : 'mine.yaml', text);
    const value = source === 'SWEEP_POLICY' ? text : join(folder, 'mine.yaml');
    const env = source === 'policy.yaml' ? {} : { [source]: value };
    expect(run(env)).toMatchObject({ message: READ, loaded: ['index.js', 'yaml.js'] });
    expect(run(env, { regions: ['cn-hangzhou'] }).message).toContain('cn-hangzhou');
  });

  test.each([
    'mode: [plan',
    'mode: plan\nmode: sweep',
    '{"mode": "plan", "mode": "sweep"}',
    '{"mode": "plan"',
    '{"mode": "go"}',
    'mdoe: plan',
  ])('says about %j what the sources say', (text) => {
    const { message } = run({ SWEEP_POLICY: text });
    expect(() => parsePolicy(text, 'SWEEP_POLICY')).toThrow(expect.objectContaining({ message }));
  });

  test('refuses two packed policies', () => {
    pack('policy.json', '{}');
    pack('policy.yaml', 'mode: sweep');
    expect(run({}).message).toBe('policy.json and policy.yaml are both packed; keep only one of them');
  });

  test('throws errors whose stacks name functions and places of the sources', () => {
    const [first] = /^ {4}at .*$/m.exec(run({}).stack) ?? [];
    expect(first).toMatch(/^ {4}at toCredentials \(functions\/fc\/fc-context\.ts:\d+:\d+\)$/);
  });
});

test.each(['sweep', 'dispatch'])('the built function %s holds nothing of the emulator', (name) => {
  const { sources } = JSON.parse(readFileSync(`dist/${name}/index.js.map`, 'utf8'));
  expect(sources.filter((source: string) => /lib\/emulator|selfsigned|@peculiar/.test(source))).toEqual([]);
  expect(sources.length).toBeGreaterThan(50);
});

describe('what is left out of the bundle', () => {
  /** Bundled without it, as the function is, and run. */
  function runWithout(source: string) {
    const script = `
      import { build } from 'esbuild';
      import { BUNDLING } from './scripts/bundling.mjs';
      import { leftOut } from './scripts/left-out.mjs';
      const stdin = { contents: process.env.TEST_SOURCE, resolveDir: '.' };
      await build({ ...BUNDLING, stdin, outfile: process.env.TEST_BUNDLE, plugins: [leftOut] });
    `;
    const outfile = join(folder, 'out.cjs');
    const env = { TEST_SOURCE: source, TEST_BUNDLE: outfile };
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    return spawnSync(process.execPath, [outfile], { cwd: '/', encoding: 'utf8' });
  }

  test.each([
    ['a destination', "require('pino').pino()", 'sonic-boom'],
    ['a transport', "require('pino').pino({ transport: { target: 'pino/file' } })", 'thread-stream'],
  ])('of pino, %s, throws when it is used', (_what, source, name) => {
    expect(runWithout(source).stderr).toContain(`Error: ${name} is left out of this bundle`);
  });

  test('of the SDK, debug output, is silent whatever the environment says', () => {
    const source = "process.env.DEBUG = '*'; require('debug')('httpx:body')('secret'); process.stdout.write('done');";
    expect(runWithout(source)).toMatchObject({ stdout: 'done', stderr: '' });
  });
});

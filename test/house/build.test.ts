import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the build', () => {
  /**
   * A build of these sources in a folder of its own, beside a policy. A build takes seconds, so the tests share a
   * good build.
   */
  let built = '';
  const policy = 'mode: mark # for now\nprotect: { names: [prod-*] }\n';
  function buildWith(text: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    writeFileSync(join(built, 'policy.yaml'), text);
    const options = { cwd: built, encoding: 'utf8', env: { ...process.env, ...env } } as const;
    return spawnSync(process.execPath, [resolve('scripts/build.mjs'), ...args], options);
  }
  const packed = () => readFileSync(join(built, 'dist/sweep/policy.json'), 'utf8');

  beforeAll(() => {
    built = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
    for (const name of ['functions', 'lib']) {
      symlinkSync(resolve(name), join(built, name));
    }
    expect(buildWith(policy)).toMatchObject({ status: 0, stderr: '' });
  });
  afterAll(() => rmSync(built, { recursive: true, force: true }));

  test('compiles a policy to JSON, and packs no other form of it', () => {
    expect(JSON.parse(packed())).toEqual({ mode: 'mark', protect: { names: ['prod-*'] } });
    expect(parsePolicy(packed(), 'packed')).toEqual(parsePolicy(policy, 'written'));
    expect(existsSync(join(built, 'dist/sweep/policy.yaml'))).toBe(false);
  });

  test('fails for an environment variable with a typo, and keeps the last good build', () => {
    const before = packed();
    const { status, stderr } = buildWith(policy, [], { SWEEP_TRIGGER: 'dispach', SWEEP_MODE: 'mrak' });
    expect(stderr).toMatch(
      /^SWEEP_MODE: "mrak" is not allowed; .*\nSWEEP_TRIGGER: "dispach" .*\nNothing was built\.\n$/,
    );
    expect(status).toBe(1);
    expect(packed()).toBe(before);
  });

  test('leaves out a policy that must not be packed', () => {
    expect(buildWith('mode: [', ['--without-policy'])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(built, 'dist/sweep/policy.json'))).toBe(false);
    expect(buildWith(policy)).toMatchObject({ status: 0 });
  });

  test.each([
    ['with an unknown key', 'mdoe: sweep', /^policy\.yaml: mdoe: unknown key .*\nNothing was built\.\n$/],
    ['that is not YAML', 'mode: [', /^policy\.yaml: line 1, column 8: .*\nNothing was built\.\n$/],
  ])('fails for a policy %s, and keeps the last good build', (_what, wrong, message) => {
    const before = packed();
    const { status, stderr } = buildWith(wrong);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
    expect(packed()).toBe(before);
    expect(existsSync(join(built, 'dist/sweep/index.js'))).toBe(true);
  });
});

describe('the licences for the packages in a folder', () => {
  const SAID = /^(\S+) (\d+\.\d+\.\d+\S*) \((.+)\)$/gm;

  test.each(['sweep', 'dispatch', 'cli'])('lie in dist/%s: each package that its map names, with its text', (name) => {
    const text = readFileSync(join('dist', name, 'THIRD_PARTY_LICENSES.txt'), 'utf8');
    const listed = [...text.matchAll(SAID)].map(([, one]) => one);
    const maps = readdirSync(join('dist', name)).filter((file) => file.endsWith('.map'));
    const sources = maps.flatMap(
      (file) => JSON.parse(readFileSync(join('dist', name, file), 'utf8')).sources as string[],
    );
    const bundled = sources.flatMap(
      (source) => /node_modules\/(@[^/]+\/[^/]+|[^@/][^/]*)\/(?!node_modules)/.exec(source)?.[1] ?? [],
    );
    expect(bundled.length).toBeGreaterThan(10);
    expect([...new Set(bundled)].filter((one) => !listed.includes(one))).toEqual([]);
    expect(listed).toEqual([...listed].sort());
    // Texts that come with the packages, and a text for a package that states only the name of its licence.
    expect(text).toMatch(/zod \d.*\(MIT\)\n\nMIT License\n\nCopyright \(c\) 20\d\d Colin McDonnell/);
    expect(text).toMatch(/httpx \d.*\(MIT\)\n\nCopyright Jackson Tian\n\nPermission is hereby granted/);
  });

  test.each(['sweep', 'dispatch'])(
    'in dist/%s name no code for profiles and proxies, which only the command line uses',
    (name) => {
      const { sources } = JSON.parse(readFileSync(join('dist', name, 'index.js.map'), 'utf8')) as { sources: string[] };
      expect(sources.length).toBeGreaterThan(100);
      expect(sources.filter((source) => /alicloud\/credentials|proxy|wiring\/access/.test(source))).toEqual([]);
    },
  );

  test.each(['sweep', 'dispatch'])('in dist/%s name no code for messages', (name) => {
    const { sources } = JSON.parse(readFileSync(join('dist', name, 'index.js.map'), 'utf8')) as { sources: string[] };
    expect(sources.filter((source) => /report\/messages|post-once/.test(source))).toEqual([]);
  });

  test('are the same in each build', () => {
    for (const name of ['functions', 'lib']) {
      symlinkSync(resolve(name), join(folder, name));
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    spawnSync(process.execPath, [resolve('scripts/build.mjs')], { cwd: folder, encoding: 'utf8' });
    for (const name of ['sweep', 'dispatch', 'cli']) {
      const path = `dist/${name}/THIRD_PARTY_LICENSES.txt`;
      expect(readFileSync(join(folder, path), 'utf8')).toBe(readFileSync(path, 'utf8'));
    }
  });
});

/** The function's error after it has read its policy and event, because it has no credentials. */
const READ = 'the function has no credentials: give it a role (s.yaml, `role`)';
const SCRIPT = `
  require(process.env.TEST_BUNDLE).handler(Buffer.from(process.env.TEST_EVENT), {}).catch(({ name, message, stack }) => {
    process.stdout.write(JSON.stringify({ name, message, stack, loaded: Object.keys(require.cache) }));
  });
`;

describe('the built function, in a folder without other files', () => {
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
    ['a blank policy', { SWEEP_POLICY: ' \n' }],
    ['a policy in JSON', { SWEEP_POLICY: '{ "mode": "mark" }\n' }],
  ])('with %s loads no YAML parser', (_what, env) => {
    expect(run(env)).toMatchObject({ name: 'ConfigError', message: READ, loaded: ['index.js'] });
  });

  test('with the packed policy loads no YAML parser, and follows the policy', () => {
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
  ])('reports the same problem about %j as the sources', (text) => {
    const { message } = run({ SWEEP_POLICY: text });
    expect(() => parsePolicy(text, 'SWEEP_POLICY')).toThrow(expect.objectContaining({ message }));
  });

  test('refuses two packed policies', () => {
    pack('policy.json', '{}');
    pack('policy.yaml', 'mode: sweep');
    expect(run({}).message).toBe('policy.json and policy.yaml are both packed; keep only one of them');
  });

  test('throws errors whose stacks name functions and places in the sources', () => {
    const [first] = /^ {4}at .*$/m.exec(run({}).stack) ?? [];
    expect(first).toMatch(/^ {4}at toCredentials \(functions\/fc\/fc-context\.ts:\d+:\d+\)$/);
  });
});

test.each(['sweep', 'dispatch'])('the built function %s contains neither the emulator nor a page', (name) => {
  const { sources } = JSON.parse(readFileSync(`dist/${name}/index.js.map`, 'utf8'));
  expect(
    sources.filter((source: string) => /lib\/emulator|lib\/report\/page|selfsigned|@peculiar/.test(source)),
  ).toEqual([]);
  expect(sources.length).toBeGreaterThan(50);
});

describe('code that the bundle leaves out', () => {
  /** Bundle this source without that code, as in the function, and run it. */
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
  ])('for pino, %s, throws if it is used', (_what, source, name) => {
    expect(runWithout(source).stderr).toContain(`Error: ${name} is left out of this bundle`);
  });

  test('for debug output of the SDK stays silent in every environment', () => {
    const source = "process.env.DEBUG = '*'; require('debug')('httpx:body')('secret'); process.stdout.write('done');";
    expect(runWithout(source)).toMatchObject({ stdout: 'done', stderr: '' });
  });

  test('does not affect the digits of an account id, although the SDK parses numbers of any precision', () => {
    const source = `
      const { accountNumber } = require('./lib/cloud/wire/wire-fields.ts');
      const reply = require('json-bigint').parse('{"a":1234567890123456,"b":99999999999999999999,"c":1234567890.1234567}');
      process.stdout.write(JSON.stringify(Object.values(reply).map((value) => accountNumber.parse(value) ?? null)));
    `;
    expect(runWithout(source)).toMatchObject({
      stdout: '["1234567890123456","99999999999999999999",null]',
      stderr: '',
    });
  });
});

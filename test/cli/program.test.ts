import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../lib/cli/exit-code.ts';
import { VERSION } from '../../lib/cli/version.ts';
import { type Counts, countOutcomes, type OutcomeKind, type RunStatus } from '../../lib/core/domain/outcome.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { anOutcome } from '../support/builders.ts';
import { envOf, run } from './cli-harness.ts';

const requests: string[] = [];
const cloud = createServer((request, response) => {
  requests.push(request.url ?? '');
  response.end('{}');
});
let env: Record<string, string> = {};

beforeAll(async () => {
  await new Promise<void>((resolve) => cloud.listen(0, '127.0.0.1', resolve));
  const { port } = cloud.address() as AddressInfo;
  env = envOf(`http://127.0.0.1:${port}`, { accessKeyId: 'LTAItest', accessKeySecret: 'canary-secret' });
});
afterEach(() => {
  requests.length = 0;
});
afterAll(() => {
  cloud.close();
});

const none: Record<string, string | undefined> = {};
const POLICY = 'policy.yaml';

test.each<[string, string[], typeof none, RegExp]>([
  ['no command', [], none, /^vco-sweeper: a command is missing\n\nUsage: vco-sweeper/],
  ['the help of an unknown command', ['mark', '--help'], none, /^vco-sweeper: unknown command 'mark'\n/],
  ['an unknown command with options', ['mark', '-r', 'x', '--version'], none, /^vco-sweeper: unknown command 'mark'\n/],
  [
    'an option before the command',
    ['--region', 'cn-hangzhou', 'plan'],
    none,
    /^vco-sweeper: unknown option '--region'/,
  ],
  ['an unknown command', ['pln'], none, /^vco-sweeper: unknown command 'pln'\n\(Did you mean plan\?\)\n$/],
  ['an unknown option', ['plan', '--force'], none, /^vco-sweeper: unknown option '--force'\n/],
  ['an argument too many', ['plan', 'x'], none, /^vco-sweeper: too many arguments for 'plan'/],
  [
    'an option without its value',
    ['plan', '--policy'],
    none,
    /^vco-sweeper: option '-p, --policy <file>' argument missing/,
  ],
  ['a malformed region', ['plan', '--region', 'Hangzhou'], none, /"Hangzhou" is not a region id such as cn-hangzhou/],
  ['an empty region', ['plan', '--region', 'cn-hangzhou,'], none, /"" is not a region id/],
  ['a pattern for an id', ['sweep', '--yes', '-c', 'vco-*'], none, /"vco-\*" is not a connection id such as vco-/],
  ['a malformed id to explain', ['explain', 'tr-1'], none, /"tr-1" is not a connection id/],
  ['nothing to explain', ['explain'], none, /missing required argument 'connection'/],
  [
    'a policy that is not there',
    ['plan', '-p', 'no.yaml'],
    none,
    /--policy "no.yaml" cannot be read: no such file .*\(ENOENT\)/,
  ],
  ['a policy that is wrong', ['plan', '-p', 'bad.yaml'], none, /bad.yaml.*mdoe/],
  ['two policies', ['plan', '-p', POLICY], { SWEEP_POLICY: 'mode: plan' }, /--policy and SWEEP_POLICY are both set/],
  [
    'a region outside the policy',
    ['plan', '-p', POLICY, '-r', 'cn-beijing'],
    none,
    /--region cn-beijing is not in the/,
  ],
  [
    'a region that the policy leaves out',
    ['plan', '-p', 'most.yaml', '-r', 'cn-beijing'],
    none,
    /--region cn-beijing is not in the policy's scope, which is all but cn-beijing; options only narrow it/,
  ],
  ['no region anywhere', ['plan'], { ALIBABA_CLOUD_REGION_ID: '' }, /no region to look at: give --region/],
  ['a malformed default region', ['plan'], { ALIBABA_CLOUD_REGION_ID: 'x' }, /ALIBABA_CLOUD_REGION_ID: "x" is not/],
  [
    'no credentials',
    ['plan'],
    { ALIBABA_CLOUD_ACCESS_KEY_ID: '', ALIBABA_CLOUD_ACCESS_KEY_SECRET: ' ' },
    /: ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET are not set/,
  ],
  [
    'a secret without its id',
    ['plan'],
    { ALIBABA_CLOUD_ACCESS_KEY_ID: '' },
    /: ALIBABA_CLOUD_ACCESS_KEY_ID is not set/,
  ],
  ['half of the credentials', ['plan'], { ALIBABA_CLOUD_ACCESS_KEY_SECRET: '' }, /_KEY_SECRET is not set/],
  ['a plain endpoint elsewhere', ['plan'], { ALIBABA_CLOUD_VPC_ENDPOINT: 'http://192.0.2.1' }, /_VPC_ENDPOINT: "http:/],
  ['a log level that does not exist', ['plan'], { LOG_LEVEL: 'loud' }, /LOG_LEVEL is "loud"/],
  ['a mode that does not exist', ['plan'], { SWEEP_MODE: 'all' }, /SWEEP_MODE: "all" is not allowed/],
  [
    'a switch that does not exist',
    ['plan'],
    { SWEEP_TRIGGER: 'dispach' },
    /SWEEP_TRIGGER: "dispach" is not allowed; write one of sweep/,
  ],
  [
    'another one',
    ['invoke'],
    { SWEEP_THROW: 'nevr' },
    /SWEEP_THROW: "nevr" is not allowed; write one of incomplete, never/,
  ],
  [
    'a store that is not there',
    ['plan', '--store', '/nowhere/at/all'],
    none,
    /the store "\/nowhere\/at\/all" cannot be used: no such file or directory \(ENOENT\)\. If it is a mount/,
  ],
  [
    'a store without its marker',
    ['sweep', '--yes'],
    { SWEEP_STORE: '/' },
    /the store "\/" is no store: there is no file vco-sweeper-store.json in it/,
  ],
  [
    'the store of the policy, which is a file',
    ['explain', 'vco-1', '-p', 'store.yaml'],
    none,
    /the store ".*package.json" is not a folder/,
  ],
  [
    'a store without a name',
    ['plan', '--store', ''],
    none,
    /--store: "" is not allowed; write off, or the path of a folder/,
  ],
  ['a store command that does not exist', ['store', 'make'], none, /^vco-sweeper: unknown command 'make'\n/],
  ['a store of which nobody says where', ['store', 'init'], none, /missing required argument 'folder'/],
  [
    'a store where a file is',
    ['store', 'init', 'package.json'],
    none,
    /the store "package.json" cannot be used: a file of this name exists/,
  ],
  ['a port out of range', ['emulator', '--port', '70000'], none, /"70000" is not a whole number from 0 to 65535/],
  ['limits that are none', ['emulator', '--limits', '0'], none, /"0" is neither "off" nor a number above 0/],
  ['an estate both read and made', ['emulator', '--estate', 'e', '--connections', '3'], none, /cannot be used with/],
  [
    'an estate that is not there',
    ['emulator', '--estate', 'e'],
    none,
    /--estate "e" cannot be read: no such file .*\(ENOENT\)/,
  ],
  [
    'a malformed estate',
    ['emulator', '--estate', 'estate.yaml'],
    none,
    /^vco-sweeper: estate.yaml: vpnConnections\[0\]/,
  ],
  ['malformed faults', ['emulator', '--faults', 'faults.yaml'], none, /^vco-sweeper: faults.yaml: /],
])('%s is refused with exit code 2, before any call', async (_what, args, change, message) => {
  const files = {
    [POLICY]: 'regions: [cn-hangzhou]',
    'bad.yaml': 'mdoe: sweep',
    'most.yaml': 'regions: { all: true, except: [cn-beijing] }',
    'store.yaml': `store: ${resolve('package.json')}`,
    'estate.yaml': 'vpnConnections: [{ Name: 3 }]',
    'faults.yaml': '[{ fault: { kind: nothing } }]',
  };
  const ran = await run(args, { env: { ...env, ...change }, files });
  expect(ran.code).toBe(2);
  expect(ran.out).toBe('');
  expect(ran.err).toMatch(message);
  if (args.length > 0) {
    expect(ran.err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  }
  expect(requests).toEqual([]);
});

describe('a policy.yaml in the current folder', () => {
  const note = 'policy.yaml is here and was not used. To use it, add --policy policy.yaml.\n';
  const files = { [POLICY]: 'regions: [cn-hangzhou]', 'other.yaml': 'mode: plan' };
  // The command ends after it has read the policy and before any call.
  const here = () => ({ ...env, ALIBABA_CLOUD_ACCESS_KEY_ID: '' });

  test.each([[['plan']], [['sweep', '--yes']], [['explain', 'vco-1']], [['plan', '--json']]])(
    'is reported if %j uses no policy',
    async (args) => {
      const { out, err } = await run(args, { env: here(), files });
      expect(err.split(note)).toHaveLength(2);
      expect(out).toBe('');
    },
  );

  test('is not reported if it is used, if another policy is used, or if the file does not exist', async () => {
    const quiet = [
      await run(['plan', '--policy', POLICY], { env: here(), files }),
      await run(['plan', '--policy', 'other.yaml'], { env: here(), files }),
      await run(['plan'], { env: { ...here(), SWEEP_POLICY: 'mode: plan' }, files }),
      await run(['plan'], { env: { ...here(), SWEEP_POLICY_FILE: 'other.yaml' }, files }),
      await run(['plan'], { env: here(), files: {} }),
    ];
    for (const { err } of quiet) {
      expect(err).not.toContain('was not used');
    }
  });

  test('is reported if the variables are blank', async () => {
    const blank = { SWEEP_POLICY: ' ', SWEEP_POLICY_FILE: '' };
    expect((await run(['plan'], { env: { ...here(), ...blank }, files })).err).toContain(note);
  });
});

test('store init makes a folder a store, once', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'vco-sweeper-')), 'store');
  expect(await run(['store', 'init', folder])).toMatchObject({ code: 0, out: `${folder} is a store now.\n`, err: '' });
  expect(await run(['store', 'init', folder])).toMatchObject({ code: 0, out: `${folder} was a store already.\n` });
});

test.each([['plan'], ['sweep'], ['explain'], ['emulator'], ['demo'], ['store']])(
  '%s --help shows its options',
  async (command) => {
    const { code, out } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: vco-sweeper ${command}`);
  },
);

test.each([[[]], [['plan']], [['sweep']], [['explain']], [['invoke']], [['demo']], [['emulator']]])(
  '%j --help breaks lines between words, at the width of the terminal',
  async (command) => {
    const wide = await run([...command, '--help']);
    const { out } = await run([...command, '--help'], { tty: true, columns: 60 });
    const words = (text: string) => text.split(/\s+/).join(' ');
    expect(words(out)).toBe(words(wide.out));
    expect(out.split('\n').filter((line) => line.length > 60)).toEqual([]);
  },
);

test('--help has examples and every exit code', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  expect(out).toContain('vco-sweeper plan --region cn-hangzhou');
  for (const meaning of [
    '0    no work',
    '1    an unexp',
    '2    bad',
    '3    orph',
    '4    incom',
    '5    halt',
    '130  inter',
  ]) {
    expect(out).toContain(`  ${meaning}`);
  }
  expect(out).toContain('"No" at the question exits like plan.');
});

test.each([['plan'], ['sweep'], ['explain']])('%s --help has its exit codes', async (command) => {
  const { out } = await run([command, '--help']);
  const [, codes = ''] = out.split('Exit codes:');
  for (const code of ['  0  ', '  3  ', '  4  ', '  5  ', '  130  ']) {
    expect(codes).toContain(code);
  }
});

test('--version is the version of the package', async () => {
  expect(VERSION).toBe(packageFile.version);
  expect(await run(['--version'])).toMatchObject({ code: 0, out: `${VERSION}\n` });
});

const counts = (...kinds: OutcomeKind[]): Counts => countOutcomes(kinds.map((outcome) => anOutcome({ outcome })));

test.each<[RunStatus, OutcomeKind[], number]>([
  ['complete', [], 0],
  ['complete', ['kept', 'protected', 'unknown', 'cleared', 'deleted', 'already-gone'], 0],
  ['complete', ['planned'], 3],
  ['complete', ['waiting'], 3],
  ['complete', ['marked'], 3],
  ['complete', ['deferred'], 3],
  ['complete', ['blocked', 'deleted'], 3],
  ['incomplete', ['failed'], 4],
  ['incomplete', ['planned'], 4],
  ['halted', ['blocked'], 5],
])('a run with status %s and outcomes %j exits with %i', (status, kinds, expected) => {
  expect(exitCodeOf({ status, counts: counts(...kinds) })).toBe(expected);
});

test('an unexpected error is a single line with exit code 1, and its stack is shown only in debug mode', async () => {
  const broken = {
    now: () => {
      throw new RangeError('the clock\nis broken');
    },
    sleep: async () => undefined,
  };
  const quiet = await run(['plan'], { env, clock: broken });
  expect(quiet).toMatchObject({ code: 1, out: '', err: 'vco-sweeper: unexpected RangeError: the clock\n' });
  const loud = await run(['plan'], { env: { ...env, LOG_LEVEL: 'debug' }, clock: broken });
  expect(loud.err).toContain('at ');
});

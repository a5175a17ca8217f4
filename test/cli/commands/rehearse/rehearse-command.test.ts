import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../../lib/emulator/estate/estate-schema.ts';
import { formatExport } from '../../../../lib/rehearse/export/format-export.ts';
import { NOW } from '../../../support/builders.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../../support/estates.ts';
import { run } from '../../cli-harness.ts';

const POLICY = 'regions: [cn-hangzhou]\nrules: { unassociated: 3d }\n';
const ARGS = ['rehearse', '--policy', 'policy.yaml', '--estate', 'estate.yaml'];
const HEADER = { madeAt: new Date(NOW).toISOString() };

/**
 * A hand-written estate: four connections in use, and three unused connections. The owner keeps an unused
 * connection.
 */
const OWN = {
  ...HEADER,
  ...estate(free('idle'), free('due', dueTags()), free('kept', { 'vco-sweeper:keep': 'true' }), ...inUse(4)),
} as EstateFile;

type More = { readonly files?: Record<string, string>; readonly env?: Record<string, string> };
const rehearse = (more: readonly string[] = [], { files = {}, env = {} }: More = {}) =>
  run([...ARGS, ...more], { env, files: { 'policy.yaml': POLICY, 'estate.yaml': JSON.stringify(OWN), ...files } });

describe('rehearse', () => {
  test('shows each night with news, the remaining connections with their reasons, and the untouched connections', async () => {
    const { code, out, err } = await rehearse();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      'Rehearsal of 30 nights, one every 1d from 2026-11-22 12:00Z, on estate.yaml: 7 connections in 1 place',
      expect.stringMatching(
        /^By the policy policy\.yaml \(SHA-256 [0-9a-f]{12}…\), in mode sweep\. Nothing real is called/,
      ),
      '',
      'NIGHT  AT                 NEWS',
      '    1  2026-11-22 12:00Z  1 marked',
      '    2  2026-11-23 12:00Z  1 deleted',
      '    4  2026-11-25 12:00Z  1 deleted',
      '27 nights without news',
      '',
      'Deleted: 2 of 7 connections',
      '  night 2  vco-due  due  unassociated',
      '  night 4  vco-idle  idle  unassociated',
      '',
      'Left: 5 connections, because they are',
      '  4  in use',
      '  1  protected: tag vco-sweeper:keep',
      'Never touched, not even by a tag: 5 connections',
      '',
    ]);
  });

  test('sweeps in every mode of the policy and the environment', async () => {
    const { out } = await rehearse([], { env: { SWEEP_MODE: 'plan' } });
    expect(out).toContain('Deleted: 2 of 7 connections');
  });

  test('ignores credentials and endpoints, even if they are wrong', async () => {
    const env = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'CANARYKEY',
      ALIBABA_CLOUD_CREDENTIALS_URI: 'http://192.0.2.1/',
      ALIBABA_CLOUD_VPC_ENDPOINT: 'http://192.0.2.1/',
    };
    const [without, withThem] = [await rehearse(['--json']), await rehearse(['--json'], { env })];
    expect(withThem).toEqual(without);
    expect(withThem.code).toBe(0);
  });

  test('prints a JSON object for programs: totals, nights, and remaining connections', async () => {
    const { out } = await rehearse(['--json', '--nights', '4']);
    const data = JSON.parse(out);
    expect(data).toMatchObject({
      format: 'vco-sweeper/rehearsal@1',
      mode: 'sweep',
      startedAt: HEADER.madeAt,
      totals: { connections: 7, nights: 4, deleted: 2, detached: 0, left: 5, untouched: 5 },
    });
    expect(data.nights.map(({ night, news }: { night: number; news: unknown[] }) => [night, news.length])).toEqual([
      [1, 1],
      [2, 1],
      [3, 0],
      [4, 1],
    ]);
  });

  test('writes a page that says that nothing in it is real', async () => {
    const { err, files } = await rehearse(['--html', 'page.html']);
    expect(err).toBe('page.html: the page of this rehearsal, 3 connections\n');
    expect(files['page.html']).toContain('This is a rehearsal on a copy of the estate');
  });

  test('accepts a shorter time between nights', async () => {
    const { out } = await rehearse(['--nights', '8', '--every', '12h']);
    expect(out).toContain('Rehearsal of 8 nights, one every 12h');
    expect(out).toMatch(/^ {4}7 {2}2026-11-25 12:00Z {2}1 deleted$/m);
  });
});

describe('a rehearsal with --expect', () => {
  const expecting = (ids: string, estateText = JSON.stringify(OWN)) =>
    rehearse(['--expect', 'stay.txt'], { files: { 'stay.txt': ids, 'estate.yaml': estateText } });

  test('exits with 0 if all expected connections survive', async () => {
    const { code, out } = await expecting('# ours\nvco-used000  # head office\n- vco-kept\n');
    expect(code).toBe(0);
    expect(out).toContain('Expected to survive: 2 connections. All of them did.');
  });

  test('exits with 3 and names the connection if an expected connection is deleted or unknown', async () => {
    const { code, out } = await expecting('vco-used000\nvco-idle\nvco-typo\n');
    expect(code).toBe(3);
    expect(out).toContain('Expected to survive: 3 connections. 2 did not:');
    expect(out).toMatch(/^ {2}vco-idle {2}deleted in night 4$/m);
    expect(out).toMatch(/^ {2}vco-typo {2}not in the estate$/m);
  });

  test('exits with 3 if an expected connection is detached and held', async () => {
    const policy = 'regions: [cn-hangzhou]\nrules: { tunnels-down: 0s }\ndetach: { hold: 60d }\n';
    const written = JSON.stringify({ ...HEADER, ...estate(bound('site', {}, down), ...inUse(3)) });
    const { code, out } = await rehearse(['--expect', 'stay.txt'], {
      files: { 'stay.txt': 'vco-site', 'estate.yaml': written, 'policy.yaml': policy },
    });
    expect(code).toBe(3);
    expect(out).toMatch(/^ {2}vco-site {2}detached in night 1$/m);
  });

  test.each([
    ['an invalid id', 'vco-one\nVCO two\n', 'stay.txt: line 2: "VCO two" is not a connection id'],
    ['nothing', '# nothing yet\n', 'stay.txt: it lists no connection'],
  ])('refuses a file with %s', async (_what, ids, message) => {
    const { code, err } = await expecting(ids);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('an exported estate', () => {
  const exported = formatExport({ format: 'vco-sweeper/estate@1', ...OWN });
  const on = (text: string) => rehearse([], { files: { 'estate.yaml': text } });

  test('is accepted unchanged', async () => {
    expect(await on(exported)).toMatchObject({ code: 0 });
  });

  test.each([
    ['of another version', exported.replace('estate@1', 'estate@2'), 'this version reads vco-sweeper/estate@1'],
    ['cut off', exported.slice(0, -200), 'neither JSON nor YAML'],
    ['cut off where it can be read', exported.replace(/,\n"sha256".*\n/, '\n'), 'it is not whole'],
    [
      'edited by hand',
      exported.replace('"keep":"true"', '').replace('vco-idle', 'vco-used'),
      'it was changed after its export',
    ],
    ['without its format', exported.replace(/"format".*\n/, ''), 'it was changed after its export'],
  ])('%s is refused', async (_what, text, message) => {
    const { code, err, out } = await on(text);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  test('may be edited by hand once its format and hash are removed', async () => {
    const own = exported.replace(/"format".*\n/, '').replace(/,\n"sha256".*\n/, '\n');
    const { out } = await on(own.replaceAll('vco-idle', 'vco-mine'));
    expect(out).toMatch(/night 4 {2}vco-mine/);
  });
});

describe('the scope of a rehearsal', () => {
  const two = (policy: string, written: object) =>
    rehearse([], { files: { 'policy.yaml': policy, 'estate.yaml': JSON.stringify({ ...HEADER, ...written }) } });
  const role = (accountId: string) => `{ roleArn: 'acs:ram::${accountId}:role/vco-sweeper' }`;

  test('is the accounts and regions of the estate, and missing places are named', async () => {
    const policy = `regions: [cn-hangzhou, us-west-1]\naccounts: [${role('1000000000000001')}, ${role('2000000000000002')}]\n`;
    const { code, out } = await two(policy, estate(free('idle'), ...inUse(3)));
    expect(code).toBe(0);
    expect(out).toContain('4 connections in 1 place');
    expect(out).toContain('Left out: account 2000000000000002 is not in the estate');
    expect(out).toContain('Left out: us-west-1 of account 1000000000000001 is not in the estate');
  });

  test('is the places that the estate lists as read', async () => {
    const places = [{ accountId: '1000000000000001', regionId: 'eu-central-1' }];
    const { out } = await two('regions: all\n', { ...estate(free('idle'), ...inUse(3)), places });
    expect(out).toContain('0 connections in 1 place');
  });

  test("is every account of the estate that the policy's directory allows", async () => {
    const accounts = ['1000000000000001', '2000000000000002', '3000000000000003'].map((accountId) => ({ accountId }));
    const theirs = (name: string, accountId: string) => free(name, {}, { accountId });
    const policy =
      'regions: [cn-hangzhou]\naccounts: { directory: { roleName: sweeper, exclude: ["3000000000000003"] } }\n';
    const written = estate(free('mine'), theirs('second', '2000000000000002'), theirs('third', '3000000000000003'));
    const { out } = await two(policy, { accounts, ...written });
    expect(out).toContain('2 connections in 2 places');
  });

  test('is refused if the estate has no place of the policy', async () => {
    const { code, err } = await two(`regions: [us-west-1]\n`, estate(free('idle')));
    expect(code).toBe(2);
    expect(err).toContain(
      'the estate holds no account and region of the policy: us-west-1 of account 1000000000000001',
    );
  });

  test('leaves out messages, says this, and waits for no notice', async () => {
    const notify = 'notify: { channels: [{ type: slack, urlEnv: HOOK }], required: true }\nstore: /mnt/not-here\n';
    const { out } = await two(`${POLICY}${notify}`, estate(free('idle'), ...inUse(3)));
    expect(out).toContain('Left out: notify: no message is sent');
    expect(out).toContain('Deleted: 1 of 4 connections');
  });
});

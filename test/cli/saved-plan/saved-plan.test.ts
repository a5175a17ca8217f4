import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { replaceFile } from '../../../lib/cli/files.ts';
import { loadPolicy } from '../../../lib/policy/load-policy.ts';
import { hashDocument } from '../../../lib/store/document-text.ts';
import { ACCOUNT, ago, DAY, HOUR, NOW, REGION } from '../../support/builders.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { always, DENIED } from '../../support/faults.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type RunOptions, run, serve } from '../cli-harness.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

const POLICY = 'regions: [cn-hangzhou]\nrules: { tunnels-down: 24h }\n';
const SOME = estate(
  ...inUse(6),
  free('one', dueTags()),
  bound('two', dueTags('tunnels-down'), down),
  free('new'),
  bound('back', dueTags()),
);

async function cloud(some: Record<string, unknown> = SOME, policy = POLICY) {
  const served = await serve(some);
  stops.push(() => served.emulator.close());
  const files: Record<string, string> = { 'policy.yaml': policy };
  const command = (args: string[], options: RunOptions = {}) =>
    run([...args, '--policy', 'policy.yaml'], { files, ...options, env: { ...served.env, ...options.env } });
  const ids = () => served.emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId);
  const tagsOf = (id: string) => served.emulator.estate.vpnConnections.find((row) => row.VpnConnectionId === id)?.tags;
  return { ...served, files, command, ids, tagsOf };
}

type Document = Record<string, unknown> & { readonly entries: readonly Record<string, unknown>[] };

/** The same document after a change, with a right hash. */
function edited(text: string, change: (document: Document) => object): string {
  const { sha256: _, ...document } = JSON.parse(text) as Document & { readonly sha256: string };
  const changed = change(document as Document);
  return JSON.stringify({ ...changed, sha256: hashDocument(changed) });
}

const later = (ms: number) => new VirtualClock(NOW + ms);

describe('plan --out', () => {
  test('saves the connections that a sweep would delete, in a fixed order, with a hash over its text', async () => {
    const { command, files, writes } = await cloud();
    const { code, err, out, modes } = await command(['plan', '--out', 'plan.json']);
    expect(modes).toEqual({ 'plan.json': 0o600 });
    const { sha256, ...document } = JSON.parse(files['plan.json'] ?? '');
    expect(code).toBe(3);
    expect(document).toMatchObject({
      format: 'vco-sweeper/plan@1',
      madeAt: new Date(NOW).toISOString(),
      policyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      entries: [
        {
          connectionId: 'vco-one',
          accountId: ACCOUNT,
          regionId: REGION,
          rule: 'unassociated',
          since: ago(2 * DAY),
          attachmentId: null,
          evidence: expect.arrayContaining([expect.any(String)]),
        },
        { connectionId: 'vco-two', rule: 'tunnels-down', since: ago(2 * DAY), attachmentId: 'tr-attach-two' },
      ],
    });
    expect(Object.keys(document.entries[0])).toEqual([
      'connectionId',
      'accountId',
      'regionId',
      'rule',
      'since',
      'attachmentId',
      'evidence',
    ]);
    expect(sha256).toBe(hashDocument(document));
    expect(err).toBe(`plan.json: a plan of 2 connections, sha256 ${sha256}\n`);
    expect(out).toContain('vco-sweeper sweep --plan plan.json --policy policy.yaml\n');
    expect(out).toContain(
      `The plan plan.json, made at ${new Date(NOW).toISOString()} (SHA-256 ${sha256.slice(0, 12)}…)`,
    );
    expect(writes()).toEqual([]);
  });

  test('names its file in the JSON', async () => {
    const { command, files } = await cloud();
    const { out } = await command(['plan', '--out', 'plan.json', '--json']);
    const { sha256, madeAt } = JSON.parse(files['plan.json'] ?? '');
    expect(JSON.parse(out).plan).toEqual({ file: 'plan.json', sha256, madeAt });
  });

  test('saves the connections that only wait for the change window, up to limits.perRun, the oldest clock first', async () => {
    const limits = (perRun: number) =>
      `${POLICY}limits: { perRun: ${perRun}, window: { from: "22:00", to: "05:00", zone: UTC } }\n`;
    const tags = { ...dueTags(), 'vco-sweeper:orphan': `unassociated ${ago(3 * DAY)}` };
    const some = estate(...inUse(6), free('a', dueTags()), free('old', tags));
    const one = await cloud(some, limits(1));
    const { err, out } = await one.command(['plan', '--out', 'plan.json', '--json']);
    expect(JSON.parse(out).counts).toMatchObject({ planned: 0, deferred: 2 });
    expect(err).toContain('plan.json: a plan of 1 connection, 1 of them once the change window opens, sha256');
    expect(JSON.parse(one.files['plan.json'] ?? '').entries).toMatchObject([{ connectionId: 'vco-old' }]);
    const sweep = ['sweep', '--plan', 'plan.json', '--yes'];
    expect((await one.command(sweep)).code).toBe(3);
    expect(one.ids()).toContain('vco-old');
    expect((await one.command(sweep, { clock: later(11 * HOUR) })).code).toBe(0);
    expect(one.ids()).not.toContain('vco-old');
  });

  test('saves no connection that a file STOP holds back', async () => {
    const limits = `${POLICY}limits: { window: { from: "22:00", to: "05:00", zone: UTC } }\n`;
    const one = await cloud(SOME, limits);
    const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
    writeFileSync(join(folder, 'vco-sweeper-store.json'), '{"format":"vco-sweeper/store@1"}');
    writeFileSync(join(folder, 'STOP'), '');
    await one.command(['plan', '--out', 'plan.json', '--store', folder]);
    rmSync(folder, { recursive: true });
    expect(JSON.parse(one.files['plan.json'] ?? '').entries).toEqual([]);
  });

  test('saves a plan without entries if no connection is due, and a sweep accepts it', async () => {
    const { command, files } = await cloud(estate(...inUse(2)));
    expect((await command(['plan', '--out', 'plan.json'])).code).toBe(0);
    expect(JSON.parse(files['plan.json'] ?? '').entries).toEqual([]);
    const { code, out } = await command(['sweep', '--plan', 'plan.json', '--yes', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ mode: 'sweep', status: 'complete', regions: [], calls: {} });
  });

  test('writes no file after an incomplete read, names the place and exits 4', async () => {
    const { command, files, emulator } = await cloud();
    emulator.setFaults([{ action: 'ListTransitRouters', ...always, fault: DENIED }]);
    const { code, err } = await command(['plan', '--out', 'plan.json']);
    expect(code).toBe(4);
    expect(err).toContain(`plan.json was not written: cn-hangzhou of account ${ACCOUNT} could not be read\n`);
    expect(files).not.toHaveProperty('plan.json');
  });

  test('exits 2 before any call if the file cannot be written', async () => {
    const { command, emulator } = await cloud();
    const { code, err } = await command(['plan', '--out', 'plan.json'], { fileError: { before: 'EROFS' } });
    expect([code, err]).toEqual([
      2,
      'vco-sweeper: --out "plan.json" cannot be written: the file system is read-only (EROFS)\n',
    ]);
    expect(emulator.calls).toEqual([]);
  });

  test('exits 1 if the file becomes unwritable, and still shows the plan', async () => {
    const { command } = await cloud();
    const { code, err, out } = await command(['plan', '--out', 'plan.json', '--json'], {
      fileError: { after: 'ENOSPC' },
    });
    expect(code).toBe(1);
    expect(err).toContain('--out "plan.json" cannot be written: no space is left (ENOSPC)');
    expect(JSON.parse(out)).toMatchObject({ counts: { planned: 2 } });
    expect(JSON.parse(out)).not.toHaveProperty('plan');
  });

  test('writes a file that only its owner can read, whole or not at all', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
    const path = join(folder, 'plan.json');
    writeFileSync(path, 'old', { mode: 0o644 });
    replaceFile(path, 'new', 0o600);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    replaceFile(join(folder, 'other.json'), 'new', 0o600);
    expect(statSync(join(folder, 'other.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['other.json', 'plan.json']);
    rmSync(folder, { recursive: true });
  });
});

describe('sweep --plan', () => {
  const saved = async (some?: Record<string, unknown>, policy?: string) => {
    const one = await cloud(some, policy);
    await one.command(['plan', '--out', 'plan.json']);
    return { ...one, callsBefore: one.emulator.calls.length };
  };

  test('deletes the connections of the plan, and touches no other', async () => {
    const { command, ids, tagsOf, files } = await saved();
    const { code, out } = await command(['sweep', '--plan', 'plan.json', '--yes', '--json'], { clock: later(HOUR) });
    const { sha256, madeAt } = JSON.parse(files['plan.json'] ?? '');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ counts: { deleted: 2 }, plan: { file: 'plan.json', sha256, madeAt } });
    expect(ids()).not.toContain('vco-one');
    expect(ids()).not.toContain('vco-two');
    expect(tagsOf('vco-new')).toEqual({});
    expect(tagsOf('vco-back')).toEqual(dueTags());
  });

  test('asks about the connections that are still as planned', async () => {
    const { command, ids, emulator } = await saved();
    const two = emulator.estate.vpnConnections.find((row) => row.VpnConnectionId === 'vco-two');
    if (two) {
      two.Status = 'ipsec_sa_established';
    }
    const { asked, out, code } = await command(['sweep', '--plan', 'plan.json'], { tty: true, answer: { text: '1' } });
    expect(asked).toEqual([expect.stringContaining('To delete: 1 connection, none of them detached first.')]);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('no longer as planned: no rule that is on holds');
    expect(out).toContain('By the plan plan.json, made at 2026-11-22T12:00:00.000Z');
    expect(code).toBe(0);
    expect(ids()).toContain('vco-two');
    expect(ids()).not.toContain('vco-one');
  });

  test('refuses a plan that became too old during the question', async () => {
    const { command, ids } = await saved();
    const clock = later(0);
    const { code, err } = await command(['sweep', '--plan', 'plan.json', '--max-age', '1h'], {
      tty: true,
      clock,
      answer: { text: '2' },
      onWrite: (_out, shown) => {
        if (shown.includes('warning') || clock.now() > NOW + HOUR) {
          return;
        }
        clock.advance(2 * HOUR);
      },
    });
    expect(code).toBe(2);
    expect(err).toContain('--plan "plan.json": it was made at 2026-11-22T12:00:00.000Z, 2h ago');
    expect(ids()).toHaveLength(10);
  });

  test('accepts --max-age only with a plan', async () => {
    const { command } = await cloud();
    expect(await command(['sweep', '--max-age', '1h', '--yes'])).toMatchObject({
      code: 2,
      err: 'vco-sweeper: --max-age is the age of a saved plan: give --plan as well\n',
    });
  });

  test.each([
    ['--region', 'cn-hangzhou'],
    ['--account', ACCOUNT],
    ['--connection', 'vco-one'],
  ])('and %s exclude each other, because the plan names its connections', async (option, value) => {
    const { command, emulator, callsBefore } = await saved();
    const { code, err } = await command(['sweep', '--plan', 'plan.json', '--yes', option, value]);
    expect(code).toBe(2);
    expect(err).toContain(`option '--plan <file>' cannot be used with option`);
    expect(emulator.calls).toHaveLength(callsBefore);
  });

  const HASH = 'its sha256 is not that of its text: it was changed, or not written whole';

  test.each<[string, (text: string) => string, string]>([
    ['cut off', (text) => text.slice(0, -20), 'it is no JSON, or was cut off'],
    ['edited by hand', (text) => text.replace('vco-one', 'vco-new'), HASH],
    ['without a hash', (text) => text.replace(/,\s*"sha256": "[^"]*"/, ''), 'its last key is not sha256'],
    [
      'of another format',
      (text) => edited(text, (document) => ({ ...document, format: 'vco-sweeper/plan@2' })),
      'it is not of the format vco-sweeper/plan@1',
    ],
    ['without the fields of a plan', () => '{}', 'it is no document of a store'],
    [
      'with an odd id',
      (text) => edited(text, (document) => ({ ...document, entries: [{ ...document.entries[0], connectionId: '*' }] })),
      'it is no plan: entries.0.connectionId is not as it should be',
    ],
    [
      'with a key that nobody knows',
      (text) => edited(text, (document) => ({ ...document, force: true })),
      'it is no plan: its top level is not as it should be',
    ],
    [
      'with a connection twice',
      (text) => edited(text, (document) => ({ ...document, entries: [document.entries[0], document.entries[0]] })),
      'it is no plan: it has a connection twice',
    ],
    [
      'of another policy',
      (text) => edited(text, (document) => ({ ...document, policyHash: 'ab'.repeat(32) })),
      `it was made by another policy (policyHash ${'ab'.repeat(32)}); the policy here has `,
    ],
    [
      'too old',
      (text) => edited(text, (document) => ({ ...document, madeAt: ago(25 * HOUR) })),
      `it was made at ${ago(25 * HOUR)}, 25h ago, and may be 1d old (--max-age). Make a new plan`,
    ],
    [
      'from the future',
      (text) => edited(text, (document) => ({ ...document, madeAt: ago(-HOUR) })),
      `it was made at ${ago(-HOUR)}, which is in the future. Is the clock right?`,
    ],
    [
      'with a region outside the policy',
      (text) =>
        edited(text, (document) => ({ ...document, entries: [{ ...document.entries[0], regionId: 'eu-central-1' }] })),
      `region eu-central-1 of account ${ACCOUNT} is not in the policy's scope, which is cn-hangzhou`,
    ],
  ])('refuses a plan that is %s whole, and calls nothing', async (_what, spoil, expected) => {
    const { command, emulator, files, callsBefore } = await saved();
    files['plan.json'] = spoil(files['plan.json'] ?? '');
    const { code, err, out } = await command(['sweep', '--plan', 'plan.json', '--yes']);
    expect(err).toContain(`vco-sweeper: --plan "plan.json": ${expected}`);
    expect([code, out]).toEqual([2, '']);
    expect(emulator.calls).toHaveLength(callsBefore);
  });

  test('refuses a missing plan, and calls nothing', async () => {
    const { command, emulator } = await cloud();
    expect(await command(['sweep', '--plan', 'plan.json', '--yes'])).toMatchObject({
      code: 2,
      err: 'vco-sweeper: --plan "plan.json": it cannot be read: no such file or directory (ENOENT)\n',
    });
    expect(emulator.calls).toEqual([]);
  });

  test('refuses a plan of an account that the credentials do not belong to, before it lists anything', async () => {
    const { command, emulator, files, callsBefore } = await saved();
    const change = (document: Document) => ({
      ...document,
      entries: document.entries.map((entry) => ({ ...entry, accountId: '1000000000000009' })),
    });
    files['plan.json'] = edited(files['plan.json'] ?? '', change);
    const { code, err } = await command(['sweep', '--plan', 'plan.json', '--yes']);
    expect(code).toBe(2);
    expect(err).toContain('the plan is refused: account 1000000000000009, region cn-hangzhou is outside');
    expect(emulator.calls.slice(callsBefore).map(({ action }) => action)).toEqual(['GetCallerIdentity']);
  });

  test.each(['roles', 'directory'])('refuses a plan of an account that the policy leaves out (%s)', async (kind) => {
    const accounts =
      kind === 'roles'
        ? `accounts: [{ roleArn: "acs:ram::1000000000000002:role/sweeper" }]`
        : `accounts: { directory: { roleName: sweeper, exclude: ["${ACCOUNT}"] } }`;
    const { command, emulator, files, callsBefore } = await saved();
    files['policy.yaml'] = `${POLICY}${accounts}\n`;
    const { origin } = loadPolicy({ env: {}, file: 'policy.yaml', readFile: (path) => files[path] ?? '' });
    const { hash } = origin;
    files['plan.json'] = edited(files['plan.json'] ?? '', (document) => ({ ...document, policyHash: hash }));
    const { code, err } = await command(['sweep', '--plan', 'plan.json', '--yes']);
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`--plan "plan.json": .*${ACCOUNT} is not an account of the policy`));
    expect(emulator.calls).toHaveLength(callsBefore);
  });

  test('takes the regions from the plan if the policy names no region', async () => {
    const one = await cloud(SOME, 'rules: { tunnels-down: 24h }');
    await one.command(['plan', '--out', 'plan.json', '--region', REGION]);
    const env = { ALIBABA_CLOUD_REGION_ID: 'eu-central-1' };
    const { code } = await one.command(['sweep', '--plan', 'plan.json', '--yes'], { env });
    expect(code).toBe(0);
    expect(one.ids()).not.toContain('vco-one');
  });

  test('finds no more work the second time, and names the deleted connections', async () => {
    const { command } = await saved();
    await command(['sweep', '--plan', 'plan.json', '--yes']);
    const { code, out } = await command(['sweep', '--plan', 'plan.json', '--yes', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ status: 'complete', notFound: ['vco-one', 'vco-two'], outcomes: [] });
  });

  test('keeps its guards, such as limits.perRun', async () => {
    const { command, ids } = await saved(SOME, `${POLICY}limits: { perRun: 1 }\n`);
    const { code } = await command(['sweep', '--plan', 'plan.json', '--yes']);
    expect([code, ids().length]).toEqual([0, 9]);
  });
});

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import VpcClient, * as vpcModel from '@alicloud/vpc20160428';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { aFolder, aStoreFolder, cleanUp, filesIn, withHash } from '../../store/store-support.ts';
import { DOWN_POLICY, wholeEstate } from '../../undo/undo-support.ts';
import { run as runCli, serve } from '../cli-harness.ts';

const POLICY = JSON.stringify({
  regions: ['cn-hangzhou'],
  rules: { 'tunnels-down': '1h' },
  detach: DOWN_POLICY.detach,
  protect: { youngerThan: '0s' },
  wait: { pollInterval: '1ms', consecutiveMisses: 1 },
  recheck: { maxAge: '60s' },
});

/** Fields whose values change, according to docs/restore.md. */
const NEW_ONES = ['VpnConnectionId', 'CreateTime', 'InternetIp', 'RequestId', 'Status', 'Tags', 'ZoneNo'];

/** The machine's clock, which an emulator on a port also uses. */
const clock = { now: () => Date.now(), sleep: (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms)) };

const now = (beforeMs: number) => new Date(Date.now() - beforeMs).toISOString();
const estate = () => {
  const whole = wholeEstate();
  const [old, ...rest] = whole.vpnConnections;
  const tags = { owner: 'alice', 'vco-sweeper:orphan': `tunnels-down ${now(8e6)}`, 'vco-sweeper:seen': now(4e6) };
  return { ...whole, vpnConnections: [{ ...old, tags }, ...rest] };
};

/** A cloud after the deletion of `vco-old`, and the store with its backup. */
async function swept() {
  const folder = aStoreFolder();
  const served = await serve(estate());
  const env = { ...served.env, SWEEP_POLICY: POLICY };
  const run = (args: readonly string[], more: Parameters<typeof runCli>[1] = {}) =>
    runCli(args, { ...more, clock, env: { ...env, ...more.env } });
  const sweep = await run(['sweep', '--yes', '--store', folder]);
  const [path = ''] = Object.keys(filesIn(folder)).filter((name) => name.startsWith('backups/'));
  expect(sweep.out).toContain('vco-old');
  return { ...served, env, folder, run, path, file: join(folder, path) };
}

let world: Awaited<ReturnType<typeof swept>>;
beforeAll(async () => {
  world = await swept();
});
afterAll(async () => {
  await world.emulator.close();
  cleanUp();
});
const writes = () => world.emulator.calls.filter(({ action }) => /^(Create|Associate|Enable|Tag)/.test(action)).length;

describe('restore exits with 2 and writes nothing for', () => {
  let before = 0;
  beforeAll(() => {
    before = writes();
  });
  afterEach(() => {
    expect(writes()).toBe(before);
  });
  const restore = (args: readonly string[], files: Record<string, string> = {}) =>
    world.run(['restore', 'vco-old', '--yes', ...args], { files });
  const text = () => filesIn(world.folder)[world.path] ?? '';

  test.each<[string, (text: string) => string, RegExp]>([
    ['cut off', (whole) => whole.slice(0, -40), /no JSON, or was cut off/],
    ['changed', (whole) => whole.replace('10.9.0.1', '10.9.0.2'), /its sha256 is not that of its text/],
    ['of another format', (whole) => whole.replace('backup@1', 'backup@2'), /not of the format vco-sweeper\/backup@1/],
    [
      'without the fields of a backup',
      () => withHash({ format: 'vco-sweeper/backup@1', takenAt: 'x' }),
      /it is no backup: takenAt/,
    ],
  ])('a backup: %s', async (_what, spoil, words) => {
    const ran = await restore(['--backup', 'b.json'], { 'b.json': spoil(text()) });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/--backup "b\.json": /);
    expect(ran.err).toMatch(words);
  });

  test('a backup of another connection', async () => {
    const ran = await world.run(['restore', 'vco-other', '--yes', '--backup', 'b.json'], {
      files: { 'b.json': text() },
    });
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('it is a backup of vco-old, and not of vco-other');
  });

  test('a backup of another account', async () => {
    const { sha256: _, ...rest } = JSON.parse(text());
    const foreign = withHash({ ...rest, accountId: '2000000000000002' });
    const ran = await restore(['--backup', 'b.json'], { 'b.json': foreign });
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('is of account 2000000000000002, and the credentials are of account 1000000000000001');
  });

  test('an id without a backup', async () => {
    const ran = await world.run(['restore', 'vco-none', '--store', world.folder]);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('has no backup of vco-none');
  });

  test('a time before the oldest backup', async () => {
    const ran = await restore(['--store', world.folder, '--at', '2020-01-01']);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('taken until 2020-01-02T00:00:00.000Z');
  });

  test('a missing store, and a folder that is not a store', async () => {
    expect((await restore([])).err).toContain('no store is named');
    expect((await restore(['--store', aFolder()])).err).toContain('is no store');
    expect(await restore(['--store', aFolder()])).toMatchObject({ code: 2 });
  });

  test('a wrong time, and both --store and --backup', async () => {
    expect(await restore(['--store', world.folder, '--at', 'noon'])).toMatchObject({ code: 2 });
    expect(await restore(['--store', world.folder, '--backup', 'b.json'])).toMatchObject({ code: 2 });
  });

  test.each([
    ['too few keys', '{}', /no key for tunnel 1/],
    ['an unknown tunnel', '"1": canary-a\n"2": canary-b', /may name only one tunnel, 1/],
    ['a key with a blank', '"1": "canary a"', /the key of tunnel 1 has to be text/],
    ['a list', '[canary-a]', /a map of tunnel index to key/],
    ['no YAML', '"1": "canary-a', /a map of tunnel index to key/],
  ])('a file of keys with %s, without showing a key', async (_what, keys, words) => {
    const ran = await restore(['--store', world.folder, '--psk-file', 'keys.yaml'], { 'keys.yaml': keys });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(words);
    expect(ran.err).not.toContain('canary');
  });

  test('a missing file of keys', async () => {
    const ran = await restore(['--store', world.folder, '--psk-file', 'keys.yaml']);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('no such file');
  });

  test.each(['../x', '/etc/passwd', 'vco-../../x', 'vco-a/b'])('the id %s', async (id) => {
    expect(await world.run(['restore', id, '--store', world.folder])).toMatchObject({ code: 2, out: '' });
    expect(await world.run(['backups', id, '--store', world.folder])).toMatchObject({ code: 2, out: '' });
  });
});

test('a link that leads out of the store is not followed to a backup', async () => {
  const outside = aFolder({ 'cn-hangzhou/2026-11-22/vco-old-120000Z-x.json': filesIn(world.folder)[world.path] ?? '' });
  const store = aStoreFolder();
  mkdirSync(join(store, 'backups'));
  symlinkSync(outside, join(store, 'backups', '1000000000000001'));
  const ran = await world.run(['restore', 'vco-old', '--store', store, '--yes']);
  expect(ran).toMatchObject({ code: 2 });
  expect(ran.err).toContain('leads out of the store');
});

test('backups lists all backups, and reports damaged backups', async () => {
  const broken = join(world.folder, 'backups/1000000000000001/cn-hangzhou/2026-01-01/vco-old-000000Z-x.json');
  mkdirSync(dirname(broken), { recursive: true });
  writeFileSync(broken, '{');

  const ran = await world.run(['backups', 'vco-old', '--store', world.folder]);
  expect(ran.code).toBe(4);
  expect(ran.out).toMatch(/vco-old {2}no right backup: it is no JSON/);
  expect(ran.out).toMatch(/vco-old {2}\S+Z {2}1000000000000001 cn-hangzhou {2}attached to tr-1 {2}old/);
  const json = await world.run(['backups', '--store', world.folder, '--json']);
  expect(JSON.parse(json.out).backups).toMatchObject([
    { connectionId: 'vco-old', problem: expect.any(String) },
    { connectionId: 'vco-old', path: world.path, attachedTo: 'tr-1', rule: 'tunnels-down' },
  ]);
  expect(await world.run(['backups', 'vco-none', '--store', world.folder])).toMatchObject({ code: 0 });
});

test('a policy file names the store, for backups and for restore', async () => {
  const files = { 'p.yaml': `store: ${world.folder}` };
  const env = { SWEEP_POLICY: '' };
  const listed = await world.run(['backups', 'vco-old', '--policy', 'p.yaml'], { env, files });
  expect(listed.out).toContain(world.path);
  const planned = await world.run(['restore', 'vco-old', '--policy', 'p.yaml', '--dry-run'], { env, files });
  expect(planned).toMatchObject({ code: 3 });
  expect(planned.out).toContain(world.path);
});

test('--dry-run shows the steps, and changes nothing', async () => {
  const before = writes();
  const ran = await world.run(['restore', 'vco-old', '--store', world.folder, '--dry-run']);
  expect(ran.code).toBe(3);
  expect(ran.out).toContain('create the connection');
  expect(ran.out).toContain('change the peer address at the other end');
  expect(ran.out).toContain('203.0.113.77');
  expect(writes()).toBe(before);
});

test('restore asks, and changes nothing after "no". It does not begin without a terminal', async () => {
  const before = writes();
  const args = ['restore', 'vco-old', '--store', world.folder];
  const no = await world.run(args, { tty: true, answer: { text: 'yes' } });
  expect(no).toMatchObject({ code: 3, asked: ['\nTo restore it, type vco-old: '] });
  expect(await world.run(args, { tty: true, answer: 'cancelled' })).toMatchObject({ code: 130 });
  expect(await world.run(args)).toMatchObject({ code: 2 });
  expect(writes()).toBe(before);
});

test('restore uses the keys of a file, prints the differences, and has no more steps afterwards', async () => {
  const { folder, run, emulator } = await swept();
  const args = ['restore', 'vco-old', '--store', folder, '--yes', '--psk-file', 'keys.yaml'];
  const files = { 'keys.yaml': '1: "canary-new-key"' };
  const ran = await run(args, { files });
  expect(ran.err).toContain('create the connection');
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/vco-old is restored as vco-\w+\./);
  expect(ran.out).toMatch(/InternetIp: 203\.0\.113\.77 before, [\d.]+ now/);
  expect(ran.out + ran.err).not.toContain('canary');
  const made = emulator.estate.vpnConnections.find(({ tags }) => tags['vco-sweeper:keep'] !== undefined);
  expect(made?.IkeConfig?.Psk).toBe('canary-new-key');

  const again = await run([...args, '--json'], { files });
  expect(again.code).toBe(0);
  expect(JSON.parse(again.out)).toMatchObject({ targetId: made?.VpnConnectionId, steps: [] });
  await emulator.close();
});

test('the official SDK reads the restored connection like the old connection, except for the changes in docs/restore.md', async () => {
  const served = await serve(estate());
  const vpc = new VpcClient(
    new $OpenApiUtil.Config({
      accessKeyId: served.emulator.accessKeyId,
      accessKeySecret: served.emulator.accessKeySecret,
      endpoint: new URL(served.emulator.url).host,
      protocol: 'http',
      regionId: 'cn-hangzhou',
    }),
  );
  const look = async (vpnConnectionId: string) => {
    const request = new vpcModel.DescribeVpnConnectionRequest({ regionId: 'cn-hangzhou', vpnConnectionId });
    const { body } = await vpc.describeVpnConnection(request);
    const named = { ...body?.toMap(), ...Object.fromEntries(NEW_ONES.map((name) => [name, undefined])) };
    for (const part of ['IkeConfig', 'VcoHealthCheck', 'VpnBgpConfig']) {
      const { Psk: _key, LocalId: _address, Status: _state, ...rest } = Reflect.get(named, part) ?? {};
      Reflect.set(named, part, rest);
    }
    return named;
  };
  const before = await look('vco-old');
  const folder = aStoreFolder();
  const env = { ...served.env, SWEEP_POLICY: POLICY, SWEEP_STORE: folder };
  expect((await runCli(['sweep', '--yes'], { clock, env })).err).not.toContain('failed');

  const ran = await runCli(['restore', 'vco-old', '--yes', '--json'], { clock, env });

  const { connectionId, restored } = JSON.parse(ran.out);
  expect(restored).toBe(true);
  expect(await look(connectionId)).toEqual(before);
  await served.emulator.close();
});

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { replaceFile } from '../../../../lib/cli/files.ts';
import type { RunningEmulator } from '../../../../lib/emulator/emulator-types.ts';
import { estateFile } from '../../../../lib/emulator/estate/estate-schema.ts';
import { parseEstate } from '../../../../lib/emulator/estate/parse-estate.ts';
import { generateEstate } from '../../../../lib/emulator/generate/generate-estate.ts';
import { NOW } from '../../../support/builders.ts';
import { bound, estate, free, inUse, routed } from '../../../support/estates.ts';
import { run, serve } from '../../cli-harness.ts';

const emulators: RunningEmulator[] = [];
afterEach(async () => {
  await Promise.all(emulators.splice(0).map((one) => one.close()));
});

async function start(written: Readonly<Record<string, unknown>>) {
  const served = await serve(written);
  emulators.push(served.emulator);
  return served;
}

const POLICY = 'regions: [cn-hangzhou, eu-central-1]\n';
const ARGS = ['export', '--policy', 'policy.yaml', '--out', 'estate.yaml'];

describe('export', () => {
  test('writes an estate with the time of the export, and changes nothing', async () => {
    const { env, writes } = await start({ ...estate(free('idle'), bound('routed'), ...inUse(3)), ...routed('routed') });
    const { code, out, files } = await run(ARGS, { env, files: { 'policy.yaml': POLICY } });
    expect({ code, out }).toEqual({ code: 0, out: 'estate.yaml: 5 connections in 2 places\n' });
    expect(writes()).toEqual([]);
    const written = JSON.parse(files['estate.yaml'] ?? '');
    expect(written).toMatchObject({
      format: 'vco-sweeper/estate@1',
      madeAt: new Date(NOW).toISOString(),
      derive: false,
    });
    expect(parseEstate(files['estate.yaml'] ?? '', 'estate.yaml').associations).toMatchObject([
      { TransitRouterAttachmentId: 'tr-attach-routed', TransitRouterRouteTableId: 'vtb-1' },
    ]);
  });

  test('copies no secret and no key from any reply', async () => {
    const made = generateEstate({ seed: 4, connections: 60, regions: ['cn-hangzhou', 'eu-central-1'], nowMs: NOW });
    const gateways = made.customerGateways.map((one) => ({ ...one, AuthKey: 'canary-auth-key' }));
    const { env, emulator } = await start({ ...made, customerGateways: gateways });
    const { code, out, err, files } = await run(ARGS, { env, files: { 'policy.yaml': POLICY } });
    expect(code).toBe(0);
    const text = [out, err, files['estate.yaml']].join();
    expect(JSON.stringify(emulator.estate)).toMatch(/canary-psk.*canary-auth-key/);
    expect(text).not.toMatch(/canary|Psk|AuthKey|accessKey|LTAI/i);
  });

  test('writes only rows that the emulator has a schema for', async () => {
    const { env } = await start({ ...estate(free('idle'), bound('routed')), ...routed('routed') });
    const { files } = await run(ARGS, { env, files: { 'policy.yaml': POLICY } });
    expect(Object.keys(JSON.parse(files['estate.yaml'] ?? '')).filter((key) => !(key in estateFile.shape))).toEqual([]);
  });

  test.each([
    ['listing', { action: 'DescribeVpnConnections' }, 'of account 1000000000000001: DescribeVpnConnections'],
    ['transit routers', { action: 'ListTransitRouters' }, 'of account 1000000000000001'],
    ['route tables', { action: 'ListTransitRouterRouteTables' }, 'cn-hangzhou of account 1000000000000001'],
  ])('names a place whose %s cannot be read, exits with 4 and writes no file', async (_what, match, where) => {
    const { env, emulator } = await start({ ...estate(bound('routed')), ...routed('routed') });
    emulator.setFaults([{ ...match, fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' } }]);
    const { code, err, files } = await run(ARGS, { env, files: { 'policy.yaml': POLICY } });
    expect(code).toBe(4);
    expect(err).toContain(where);
    expect(err).toContain('estate.yaml was not written');
    expect(Object.keys(files)).toEqual(['policy.yaml']);
  });

  test('names a role that cannot be assumed, and writes no file', async () => {
    const { env } = await start(estate(free('idle')));
    const policy = `${POLICY}detach: { roles: ['acs:ram::2000000000000002:role/network'] }\n`;
    const { code, err, files } = await run(ARGS, { env, files: { 'policy.yaml': policy } });
    expect({ code, files: Object.keys(files) }).toEqual({ code: 4, files: ['policy.yaml'] });
    expect(err).toContain('not read: acs:ram::2000000000000002:role/network');
  });

  test('works even if the store and the limits of the policy are unusable here', async () => {
    const { env } = await start(estate(free('idle')));
    const policy = `${POLICY}store: /mnt/not-here\nlimits: { perDay: 5 }\n`;
    expect(await run(ARGS, { env, files: { 'policy.yaml': policy } })).toMatchObject({ code: 0 });
  });

  test('contains only the region of --region', async () => {
    const { env } = await start(estate(free('idle'), free('far', {}, { regionId: 'eu-central-1' })));
    const { out } = await run([...ARGS, '--region', 'eu-central-1'], { env, files: { 'policy.yaml': POLICY } });
    expect(out).toBe('estate.yaml: 1 connection in 1 place\n');
  });

  test('stops before any call if the file cannot be written', async () => {
    const { env, emulator } = await start(estate(free('idle')));
    const fileError = { before: 'EROFS' };
    const { code, err } = await run(ARGS, { env, files: { 'policy.yaml': POLICY }, fileError });
    expect(code).toBe(2);
    expect(err).toContain('--out "estate.yaml" cannot be written');
    expect(emulator.calls).toEqual([]);
  });
});

describe('a private file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is readable only by its owner, even if the old file had other rights', () => {
    const [made, replaced] = [join(folder, 'new.yaml'), join(folder, 'old.yaml')];
    writeFileSync(replaced, 'old', { mode: 0o644 });
    for (const path of [made, replaced]) {
      replaceFile(path, 'text', 0o600);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });
});

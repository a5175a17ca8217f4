import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Policy } from '../../lib/core/domain/policy.ts';
import type { Estate } from '../../lib/emulator/estate/estate-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { generateEstate } from '../../lib/emulator/generate/generate-estate.ts';
import { formatExport } from '../../lib/rehearse/export/format-export.ts';
import { readPlaces } from '../../lib/rehearse/export/read-places.ts';
import { toEstate } from '../../lib/rehearse/export/to-estate.ts';
import { aPolicy, NOW } from '../support/builders.ts';
import { PLAN, Rehearsed } from './export-support.ts';

const REGIONS = ['cn-hangzhou', 'eu-central-1', 'ap-southeast-1'];
const role = (accountId: string) => ({ roleArn: `acs:ram::${accountId}:role/vco-sweeper`, accountId });
const DAY_MS = 86_400_000;
const EVERY_RULE = { unassociated: DAY_MS, 'tunnels-down': DAY_MS, unrouted: DAY_MS, expired: DAY_MS } as const;

async function exportOf(estate: Estate, policy: Policy): Promise<{ text: string; unread: readonly string[] }> {
  const world = new Rehearsed(estate);
  const request = { policy, parts: PLAN, defaultRegion: undefined };
  const reading = await readPlaces(request, { api: world.api(policy), clock: world.clock });
  return { text: formatExport(toEstate(reading, policy, NOW)), unread: reading.unread };
}

/** The verdicts of mode plan for each connection. */
async function planOf(estate: Estate, policy: Policy) {
  const { result, judged } = await new Rehearsed(estate).run(policy);
  const byId = (a: { connectionId?: string | undefined }, b: { connectionId?: string | undefined }) =>
    String(a.connectionId) < String(b.connectionId) ? -1 : 1;
  return {
    status: result.status,
    regions: result.regions,
    counts: result.counts,
    warnings: result.warnings,
    outcomes: result.outcomes.toSorted(byId),
    judged: judged.toSorted(byId),
  };
}

const setting = fc.record({
  seed: fc.nat(1_000_000),
  accounts: fc.integer({ min: 1, max: 3 }),
  connections: fc.integer({ min: 0, max: 130 }),
  regions: fc.constantFrom(['cn-hangzhou'], REGIONS),
  withAccounts: fc.boolean(),
  withOwners: fc.boolean(),
  isAll: fc.boolean(),
});

describe('an exported estate', () => {
  test('gives plan the same verdicts as the cloud, for every kind of connection', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ withAccounts, withOwners, isAll, ...options }) => {
        const estate = generateEstate({ ...options, owners: options.accounts, nowMs: NOW });
        const roles = estate.accounts.map(({ accountId }) => role(accountId));
        const policy = aPolicy({
          regions: isAll ? 'all' : options.regions,
          accounts: withAccounts ? roles.map((one) => ({ ...one, regions: undefined })) : [],
          rules: EVERY_RULE,
          detach: { force: false, roles: withOwners ? roles : [], holdMs: 0 },
        });
        const { text, unread } = await exportOf(estate, policy);
        expect(unread).toEqual([]);
        expect(await planOf(parseEstate(text, 'export'), policy)).toEqual(await planOf(estate, policy));
      }),
      { numRuns: 30 },
    );
  });

  test('keeps hostile texts, unknown words and missing fields unchanged', async () => {
    const tags = JSON.parse('{"__proto__":"x","1":"one","a: b":"\\u2028\\ud800\\u0000#","vco-sweeper:seen":"never"}');
    const rows = [
      { Name: '"}],\n- \u001b[31m', tags },
      { AttachType: 'STRANGE', State: 'odd', Status: 'odd' },
      { State: null, Status: null, ResourceGroupId: null },
      { CrossAccountAuthorized: true, ResourceGroupId: 'rg-kept' },
      { TransitRouterId: 'tr-1', Status: null, TunnelOptions: [{ Status: 'odd', State: 'odd' }, { Status: null }] },
      { AttachType: 'CEN', TransitRouterId: 'tr-gone', attachmentId: null },
      { TransitRouterId: 'tr-1', AttachType: 'NO_ASSOCIATED' },
      { VpnGatewayId: 'vpn-1', AttachType: 'CEN', TransitRouterId: 'tr-1' },
    ];
    const vpnConnections = rows.map((row, at) => ({ VpnConnectionId: `vco-${at}`, ...row }));
    const estate = parseEstate(JSON.stringify({ regions: [{ RegionId: REGIONS[0] }], vpnConnections }), 'hostile');
    const policy = aPolicy({ regions: ['cn-hangzhou'], rules: EVERY_RULE, protect: { resourceGroups: ['rg-kept'] } });
    const { text } = await exportOf(estate, policy);
    expect(await planOf(parseEstate(text, 'export'), policy)).toEqual(await planOf(estate, policy));
    expect(text).not.toContain('\u001b');
  });

  test('is YAML in JSON form, and means the same as YAML', async () => {
    const estate = generateEstate({ seed: 3, connections: 50, regions: REGIONS, nowMs: NOW });
    const { text } = await exportOf(estate, aPolicy({ regions: 'all' }));
    expect(parse(text)).toEqual(JSON.parse(text));
    expect(text.split('\n').filter((line) => line.startsWith('{"VpnConnectionId"'))).toHaveLength(50);
  });
});

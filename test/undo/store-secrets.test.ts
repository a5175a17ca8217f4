import { afterEach, expect, test } from 'vitest';
import type { TransportReply } from '../../lib/cloud/client/transport.ts';
import { chooseBackup, findBackups } from '../../lib/undo/find-backups.ts';
import { cleanUp, filesIn } from '../store/store-support.ts';
import { aPolicy, DAY, REGION } from '../support/builders.ts';
import { aDualCloud, aFreeCloud, aWholeCloud } from './undo-clouds.ts';
import { aStore, DOWN_POLICY, restoreOn } from './undo-support.ts';

afterEach(cleanUp);

const NAMES = [
  'Psk',
  'AuthKey',
  'PreSharedKey',
  'Password',
  'SecretKey',
  'AccessKeySecret',
  'SecurityToken',
  'Signature',
];
const HOLDING = { ...DOWN_POLICY, detach: { force: true, holdMs: 2 * DAY } };

/** A reply with secret fields in each of its objects, even in objects where the cloud has no secret field. */
function poison(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(poison);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const inner = Object.entries(value).map(([name, one]) => [name, poison(one)]);
  return Object.fromEntries([...NAMES.map((name) => [name, `canary-${name}`]), ...inner]);
}

const watch = { after: (_call: unknown, reply: TransportReply) => ({ ...reply, body: poison(reply.body) }) };

/** The cloud refuses its first delete with a message that repeats a key. */
const REFUSED_DELETE = {
  action: 'DeleteVpnAttachment',
  match: { VpnConnectionId: 'vco-old' },
  fault: { kind: 'error', status: 403, code: 'Forbidden', message: 'canary-message: PSK canary-psk-of-old' },
} as const;

test.each([
  ['one tunnel', aWholeCloud],
  ['two tunnels', aDualCloud],
  ['one tunnel, bound to nothing', aFreeCloud],
])('no file of the store contains a secret of a connection with %s', async (_what, cloudOf) => {
  const { folder, store } = await aStore();
  const cloud = cloudOf({ policy: HOLDING, faults: [REFUSED_DELETE] });
  const plan = { ...watch, store, policy: aPolicy({ ...HOLDING, mode: 'plan', regions: [REGION] }) };
  const run = async (options: Parameters<typeof cloud.run>[0]) => {
    // Each result has a file name of its own.
    cloud.clock.advance(1_000);
    return (await cloud.run(options)).outcomes.find(({ connectionId }) => connectionId === 'vco-old')?.outcome;
  };

  const outcomes = [await run(plan)];
  // An attached connection is held first. Then its delete is refused once, and succeeds in the next run.
  for (let sweeps = 0; sweeps < 4 && outcomes.at(-1) !== 'deleted'; sweeps += 1) {
    outcomes.push(await run({ ...watch, store }));
    const row = cloud.connection('vco-old');
    if (row !== undefined) {
      row.tags = { ...row.tags, ticket: `NET-${sweeps}` };
    }
    cloud.clock.advance(2 * DAY);
  }
  expect(outcomes.at(-1)).toBe('deleted');
  expect(outcomes).toContain('failed');

  const chosen = chooseBackup(await findBackups(store, 'vco-old'));
  if (chosen === undefined) {
    throw new Error('there is no backup');
  }
  const keys = new Map([1, 2].map((tunnel) => [tunnel, 'canary-new-psk']));
  const result = await restoreOn(cloud, chosen.backup, { ...watch, keys });
  expect(result.failed).toEqual([]);

  expect(JSON.stringify(cloud.emulator.estate)).toContain('canary-new-psk');
  const files = Object.entries(filesIn(folder));
  const kinds = new Set(files.map(([path]) => path.split('/')[0]));
  expect(kinds).toEqual(new Set(['backups', 'results', 'vco-sweeper-store.json']));
  expect(files.filter(([path]) => path.startsWith('results/'))).toHaveLength(outcomes.length);
  expect(files.filter(([path, text]) => /canary|Psk|AuthKey|SecurityToken/i.test(path + text))).toEqual([]);
  expect(JSON.stringify([result, cloud.lines])).not.toMatch(/canary/i);
});

import { afterEach, expect, test } from 'vitest';
import type { Reply } from '../../../lib/cli/io.ts';
import { REGION } from '../../support/builders.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import type { RunOptions } from '../cli-harness.ts';
import { closeClouds, cloud, fresh, parse, SOME } from './run-cases.ts';

afterEach(closeClouds);

test('plan shows the next step of each connection and changes nothing, in every mode of the policy', async () => {
  const { command, writes } = await cloud(SOME);
  const { code, out, err } = await command(['plan'], { env: { SWEEP_MODE: 'sweep' } });
  expect(code).toBe(3);
  expect(err).toBe('');
  const rows = out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3).join(' '));
  expect(rows.slice(4, 8)).toEqual([
    'planned vco-ripe1 ripe1',
    'planned vco-ripe2 ripe2',
    'waiting vco-fresh fresh',
    'waiting vco-new new',
  ]);
  expect(out).toContain('waits until 2026-11-23 11:00Z (in 23h)');
  expect(out).toContain('would be marked, and deletable from 2026-11-23 12:00Z (in 1d)');
  expect(out).toContain('Delete 2 connections:  vco-sweeper sweep');
  expect(writes()).toEqual([]);
});

test('the hints of plan repeat its scope', async () => {
  const { command } = await cloud(SOME);
  const { out } = await command(['plan', '--region', REGION, '--connection', 'vco-ripe1']);
  expect(out).toContain(`Delete 1 connection:  vco-sweeper sweep --region ${REGION} --connection vco-ripe1\n`);
  expect(out).toContain(`Why?  vco-sweeper explain vco-ripe1 --region ${REGION}\n`);
});

test('plan names every entry under protect that matches nothing, unless options narrow the run', async () => {
  const { command } = await cloud(SOME);
  const files = { 'policy.yaml': 'protect: { names: ["used*", "pord-*"], tags: ["env:prod"] }' };
  const plan = ['plan', '--policy', 'policy.yaml'];
  const unmatched = [
    'protect.tags "env:prod" (a key; did you mean "env=prod"?) matched no connection, so it protects nothing',
    'protect.names "pord-*" matched no connection, so it protects nothing',
  ];
  const { out } = await command(plan, { files });
  const text = out.replaceAll(/\s+/g, ' ');
  expect(unmatched.filter((sentence) => !text.includes(`Policy: ${sentence}`))).toEqual([]);
  expect(parse((await command([...plan, '--json'], { files })).out).warnings).toEqual(unmatched);
  // The policy names no region, so this region is its whole scope.
  expect(parse((await command([...plan, '--json', '--region', REGION], { files })).out).warnings).toEqual(unmatched);
  const narrowed = await command([...plan, '--json', '--connection', 'vco-ripe1'], { files });
  expect(parse(narrowed.out)).not.toHaveProperty('warnings');
});

test('plan lists connections whose keep tag has expired, and names the source of the policy', async () => {
  const { command } = await cloud(estate(...inUse(2), free('kept', { 'vco-sweeper:keep': 'until 2026-11-21' })));
  expect((await command(['plan'])).out).toContain('vco-kept: vco-sweeper:keep protected it until 2026-11-21');
  const { out } = await command(['plan', '--json', '-p', 'my.yaml'], { files: { 'my.yaml': '{}' } });
  expect(parse(out)).toMatchObject({ policy: { source: 'my.yaml', hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
});

test('plan warns of a rule with too few samples, in the report and in the log', async () => {
  const { command } = await cloud(SOME);
  const files = { 'policy.yaml': 'rules: { tunnels-down: 14d }' };
  const { out, err } = await command(['plan', '-p', 'policy.yaml'], { files, env: { LOG_LEVEL: 'warn' } });
  const said = 'tunnels-down is on and marks.maxGap is 3d: a site that is off each night';
  expect(out).toContain(`Policy: ${said}`);
  expect(JSON.parse(err)).toMatchObject({
    level: 'warn',
    event: 'policy.warned',
    reason: expect.stringContaining(said),
  });
});

test('plan says when the change window opens', async () => {
  const { command } = await cloud(SOME);
  const files = {
    'policy.yaml': 'limits: { window: { days: [Mon], from: "22:00", to: "05:00", zone: Asia/Shanghai } }',
  };
  const { code, out } = await command(['plan', '-p', 'policy.yaml'], { files });
  expect(code).toBe(3);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    'outside the change window (Mon 22:00–05:00 Asia/Shanghai); nothing new before 2026-11-23 14:00Z',
  );
  const explained = await command(['explain', 'vco-ripe1', '-p', 'policy.yaml'], { files });
  expect(explained.out).toContain(
    'what happens  kept for now by the limits below. Without them: deleted by the next sweep',
  );
  expect(explained.out.replaceAll(/\s+/g, ' ')).toContain(
    'limits outside the change window (Mon 22:00–05:00 Asia/Shang',
  );
});

test('the exit code is 0 if no work is left', async () => {
  const { command } = await cloud(estate(...inUse(2), free('kept', { 'vco-sweeper:keep': '' })));
  expect((await command(['plan'])).code).toBe(0);
});

test('plan --json: a JSON document on standard output, the log on standard error', async () => {
  const { command } = await cloud(SOME);
  const { code, out, err } = await command(['plan', '--json'], { env: { LOG_LEVEL: 'info' } });
  expect(code).toBe(3);
  expect(parse(out)).toMatchObject({ mode: 'plan', status: 'complete', counts: { planned: 2, waiting: 2, kept: 6 } });
  const events = err
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).event);
  expect(events[0]).toBe('run.started');
  expect(events.at(-1)).toBe('run.finished');
});

test('--json has every outcome, because only a function omits outcomes beyond a thousand', async () => {
  const many = Array.from({ length: 1_203 }, (_, index) =>
    free(`n${index}`, { 'vco-sweeper:keep': 'until 2026-11-21' }),
  );
  const { command } = await cloud(estate(...many));
  const result = parse((await command(['plan', '--json'])).out);
  expect(result.outcomes).toHaveLength(1_203);
  expect(result.lapsedKeeps).toHaveLength(1_203);
  expect(result).not.toHaveProperty('outcomesOmitted');
});

test('--connection narrows the run, and a missing id is named', async () => {
  const { command } = await cloud(SOME);
  const { code, out, err } = await command(['plan', '--json', '-c', 'vco-new,vco-nobody', '-c', 'vco-fresh']);
  expect(code).toBe(3);
  expect(parse(out).outcomes).toMatchObject([{ connectionId: 'vco-fresh' }, { connectionId: 'vco-new' }]);
  expect(err).toBe('Not found where this run looked: vco-nobody\n');
});

test('--region chooses the region if the policy names no region, and overrides the default region', async () => {
  const { command, emulator } = await cloud({
    ...SOME,
    regions: [{ RegionId: 'cn-hangzhou' }, { RegionId: 'cn-beijing' }],
  });
  const { code, out } = await command(['plan', '--json', '--region', 'cn-beijing']);
  expect(code).toBe(0);
  expect(parse(out).regions).toMatchObject([{ regionId: 'cn-beijing', connections: 0 }]);
  expect(emulator.calls.some(({ params }) => params.RegionId === 'cn-hangzhou')).toBe(false);
});

test('an unknown region is reported as unknown', async () => {
  const { command } = await cloud(SOME);
  const { code, out } = await command(['plan', '--region', 'cn-hangzou']);
  expect(code).toBe(4);
  expect(out).toMatch(
    /cn-hangzou was not read: \w+ failed:\s+InvalidRegionId\.NotFound\. Correct the\s+region.*Incomplete: somebody has to fix/s,
  );
});

test('sweep without a terminal and without --yes shows the plan, deletes nothing and exits 2', async () => {
  const { command, writes, ids } = await cloud(SOME);
  const before = ids();
  const { code, out, err } = await command(['sweep']);
  expect(code).toBe(2);
  expect(out).toContain('plan complete: 10 connections');
  expect(err).toMatch(/^Nothing was changed: there is no terminal to ask on\./);
  expect(writes()).toEqual([]);
  expect(ids()).toEqual(before);
  expect(parse((await command(['sweep', '--json'])).out)).toMatchObject({ mode: 'plan' });
});

test('sweep --yes deletes without a question, although the mode of the policy is plan', async () => {
  const { command, ids } = await cloud(SOME);
  const { code, out, asked } = await command(['sweep', '--yes', '--json']);
  expect(asked).toEqual([]);
  expect(parse(out)).toMatchObject({ mode: 'sweep', counts: { deleted: 2, marked: 1, waiting: 1 } });
  expect(code).toBe(3);
  expect(ids()).not.toContain('vco-ripe1');
  expect(ids()).toContain('vco-fresh');
});

test('on a terminal sweep shows the plan, asks, and deletes the agreed connections', async () => {
  const { command, ids } = await cloud(SOME);
  const { code, out, asked } = await command(['sweep'], { tty: true, answer: { text: '2' } });
  expect(asked).toEqual([
    [
      'To delete: 2 connections, none of them detached first. New marks: 1.',
      '  account 1000000000000001: cn-hangzhou 2',
      'Type 2 to delete them. Any other answer changes nothing: ',
    ].join('\n'),
  ]);
  expect(out).toContain('plan complete');
  expect(out.indexOf('sweep complete')).toBeGreaterThan(out.indexOf('plan complete'));
  expect(out).toMatch(/deleted +vco-ripe1/);
  expect(code).toBe(3);
  expect(ids()).toHaveLength(8);
});

test('a connection that becomes due after the question is not deleted', async () => {
  const { command, ids, emulator } = await cloud(estate(...inUse(6), free('ripe1', dueTags()), free('other')));
  const other = emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === 'vco-other');
  const { out } = await command(['sweep'], {
    tty: true,
    answer: { text: '1' },
    onWrite: (written) => {
      if (other && written.includes('plan complete')) {
        other.tags = dueTags();
      }
    },
  });
  expect(ids()).toContain('vco-other');
  expect(ids()).not.toContain('vco-ripe1');
  expect(out).toMatch(/planned +vco-other/);
});

test('the question gives the number of connections to detach first, and the number in each region', async () => {
  const far = { regionId: 'eu-central-1' };
  const rows = [bound('down1', dueTags('tunnels-down'), down), free('ripe1', dueTags()), free('ripe2', dueTags(), far)];
  const { command } = await cloud(estate(...inUse(6), ...rows, free('new'), free('stays', {}, far)));
  const files = { 'p.yaml': 'rules: { tunnels-down: 24h }\nregions: [cn-hangzhou, eu-central-1]' };
  const { asked } = await command(['sweep', '-p', 'p.yaml'], { tty: true, files, answer: { text: ' 3 ' } });
  expect(asked).toEqual([
    [
      'To delete: 3 connections, 1 of them detached first. New marks: 2.',
      '  account 1000000000000001: cn-hangzhou 2, eu-central-1 1',
      'Type 3 to delete them. Any other answer changes nothing: ',
    ].join('\n'),
  ]);
});

test('sweep without a policy says this before it asks', async () => {
  const { command } = await cloud(SOME);
  const { err } = await command(['sweep'], { tty: true, answer: { text: 'no' } });
  expect(err).toContain('warning: the policy: no policy was given, so all defaults count in mode sweep');
  const files = { 'policy.yaml': '{}' };
  const given = await command(['sweep', '-p', 'policy.yaml'], { tty: true, answer: { text: 'no' }, files });
  expect(given.err).not.toContain('no policy was given');
});

test('sweep asks no question if no connection is due, and still renews marks', async () => {
  const { command, writes } = await cloud(estate(...inUse(2), free('new')));
  const { code, out, err, asked } = await command(['sweep'], { tty: true });
  expect(asked).toEqual([]);
  expect(err).toContain('There is nothing to delete now. Marks are kept up.');
  expect(out).toMatch(/marked +vco-new/);
  expect(writes()).toEqual(['TagResources']);
  expect(code).toBe(3);
});

test.each<[Reply, number, RegExp]>([
  [{ text: 'y' }, 3, /^"y" is not 2, so nothing was changed\.$/m],
  [{ text: '1' }, 3, /^"1" is not 2, so/m],
  [{ text: '22' }, 3, /^"22" is not 2, so/m],
  [{ text: '' }, 3, /^An empty line is not 2, so/m],
  [{ text: '\u001b[2J' }, 3, /^"\\u001b\[2J" is not 2, so/m],
  ['no-more-input', 3, /^The input ended without an answer, so nothing was changed\.$/m],
  ['cancelled', 130, /interrupted; nothing was changed/],
])('after the answer %j sweep changes nothing and exits with %i', async (answer, expected, sentence) => {
  const { command, writes } = await cloud(SOME);
  const { code, out, err } = await command(['sweep'], { tty: true, answer });
  expect(code).toBe(expected);
  expect(out.match(/plan complete/g)).toHaveLength(1);
  expect(err).toMatch(sentence);
  expect(writes()).toEqual([]);
});

test('--connection with a missing id exits with 3, in plan and in sweep', async () => {
  const { command } = await cloud(estate(...inUse(2)));
  for (const args of [['plan'], ['sweep', '--yes'], ['sweep', '--yes', '--fail-on', 'due']]) {
    const { code, err } = await command([...args, '-c', 'vco-nobody']);
    expect([code, err]).toEqual([3, 'Not found where this run looked: vco-nobody\n']);
  }
  const { out } = await command(['sweep', '--yes', '--json', '-c', 'vco-nobody']);
  expect(parse(out).notFound).toEqual(['vco-nobody']);
});

test('--fail-on due exits with 3 only if a connection is due', async () => {
  const waits = await cloud(estate(...inUse(6), free('fresh', fresh), free('new')));
  expect((await waits.command(['plan'])).code).toBe(3);
  expect((await waits.command(['plan', '--fail-on', 'orphans'])).code).toBe(3);
  expect((await waits.command(['plan', '--fail-on', 'due'])).code).toBe(0);
  expect((await waits.command(['sweep', '--yes', '--fail-on', 'due'])).code).toBe(0);
  const due = await cloud(SOME);
  expect((await due.command(['plan', '--fail-on', 'due'])).code).toBe(3);
  const { code, err } = await due.command(['plan', '--fail-on', 'never']);
  expect(code).toBe(2);
  expect(err).toContain('orphans, due');
});

test('sweep --json on a terminal asks on standard error, and prints a document on standard output', async () => {
  const { command } = await cloud(SOME);
  const refused = await command(['sweep', '--json'], { tty: true, answer: { text: 'no' } });
  expect(parse(refused.out)).toMatchObject({ mode: 'plan', counts: { planned: 2 } });
  const agreed = await command(['sweep', '--json'], { tty: true, answer: { text: '2' } });
  expect(parse(agreed.out)).toMatchObject({ mode: 'sweep', counts: { deleted: 2 } });
  const declined = await command(['sweep', '--json'], { tty: true });
  expect(parse(declined.out)).toMatchObject({ mode: 'sweep' });
});

test('a halted region exits with 5, but a halted and an unread region together exit with 4', async () => {
  const halted = await cloud(estate(...['a', 'b', 'c', 'd'].map((name) => free(name, dueTags()))));
  expect((await halted.command(['plan'])).code).toBe(5);
  const regions = ['cn-hangzhou', 'cn-beijing'];
  const both = await cloud(
    {
      ...estate(...['a', 'b', 'c', 'd'].map((name) => free(name, dueTags()))),
      regions: regions.map((RegionId) => ({ RegionId })),
    },
    {
      faults: [
        {
          action: 'DescribeVpnConnections',
          regionId: 'cn-beijing',
          times: 'always',
          fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' },
        },
      ],
    },
  );
  const { code, out } = await both.command(['plan', '-r', regions.join()]);
  expect(code).toBe(4);
  expect(out).toContain('Halted by limits.perRegionShare, nothing is deleted there: cn-hangzhou');
  expect(out).toContain('Not read, so nothing was changed there: cn-beijing');
});

test('on a terminal a warning is a sentence, and the status line disappears at the end', async () => {
  const faults = [
    {
      action: 'ListTransitRouters',
      times: 'always' as const,
      fault: { kind: 'error' as const, status: 403, code: 'Forbidden.RAM' },
    },
  ];
  const { command } = await cloud(SOME, { faults });
  const { code, out, err } = await command(['plan'], { tty: true, env: { LOG_LEVEL: '' } });
  expect(code).toBe(4);
  expect(out).toContain('cn-hangzhou was not read: ListTransitRouters failed: Forbidden.RAM');
  expect(err).toContain('cn-hangzhou was not read: ListTransitRouters failed: Forbidden.RAM. Grant the action to the');
  expect(err.endsWith('\r\u001b[K')).toBe(true);
  const piped = await command(['plan'], { env: { LOG_LEVEL: undefined } });
  expect(JSON.parse(piped.err)).toMatchObject({ level: 'warn', event: 'region.listed', regionId: 'cn-hangzhou' });
});

test('plan looks for leftovers if the policy says so, and explain does not', async () => {
  const files = { 'p.yaml': 'report: { leftovers: true }' };
  const { command, emulator } = await cloud({ ...SOME, customerGateways: [{ CustomerGatewayId: 'cgw-1' }] });
  const lists = () => emulator.calls.filter(({ action }) => action === 'DescribeCustomerGateways').length;
  await command(['explain', 'vco-ripe1', '-p', 'p.yaml'], { files });
  expect(lists()).toBe(0);
  const { out } = await command(['plan', '-p', 'p.yaml'], { files });
  expect(lists()).toBe(1);
  expect(out.replaceAll(/\s+/g, ' ')).toContain('a connection does not say which customer gateway it uses');
  expect(out).toContain('tr-1 6 of 50');
});

test('Ctrl-C during a plan ends it at once', async () => {
  const { command } = await cloud(SOME);
  const stopEarly: RunOptions['onWrite'] = (_out, err, stop) => {
    if (err.includes('run started')) {
      stop();
    }
  };
  const { code, out, err } = await command(['plan'], { env: { LOG_LEVEL: 'info' }, onWrite: stopEarly });
  expect(code).toBe(130);
  expect(out).toBe('');
  expect(err).toContain('vco-sweeper: interrupted\n');
});

test('Ctrl-C during a sweep starts no new step, and reads back the steps under way', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const { command, ids } = await cloud(estate(...inUse(9), ...names.map((name) => free(name, dueTags()))));
  const files = { 'p.yaml': 'pace: { concurrency: 1 }' };
  const { code, out, err } = await command(['sweep', '--yes', '--json', '-p', 'p.yaml'], {
    env: { LOG_LEVEL: 'info' },
    files,
    onWrite: (_out, written, stop) => {
      if (written.includes('"delete.requested"') && !written.includes('Stopping')) {
        stop();
      }
    },
  });
  expect(err).toContain('Stopping: the sweep starts nothing new, and reads back the steps under way.');
  expect(parse(out)).toMatchObject({ status: 'incomplete', counts: { deleted: 1, deferred: 3 } });
  expect(code).toBe(4);
  expect(ids()).toHaveLength(12);
});

test('a second Ctrl-C ends a sweep at once and names the steps under way', async () => {
  const { command } = await cloud(estate(...inUse(9), free('a', dueTags())));
  const { code, err } = await command(['sweep', '--yes'], {
    env: { LOG_LEVEL: 'info' },
    onWrite: (_out, written, stop) => {
      if (written.includes('"delete.requested"')) {
        stop();
      }
    },
  });
  expect(code).toBe(130);
  expect(err).toContain('interrupted. Sent, but not seen done: delete of vco-a.');
});

test('refused credentials give the reason for unread places, and exit code 4', async () => {
  const { command } = await cloud(SOME);
  const { code, out } = await command(['plan'], { env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' } });
  expect(code).toBe(4);
  expect(out).toContain('the credentials: GetCallerIdentity failed: SignatureDoesNotMatch');
});

test('no key, secret or token is ever printed', async () => {
  const { command, env } = await cloud(SOME);
  for (const args of [['plan'], ['plan', '--json'], ['sweep', '--yes'], ['explain', 'vco-new', '--json']]) {
    const { out, err } = await command(args, { env: { LOG_LEVEL: 'trace' } });
    expect(out + err).not.toContain(env.ALIBABA_CLOUD_ACCESS_KEY_SECRET);
    expect(out + err).not.toContain(env.ALIBABA_CLOUD_ACCESS_KEY_ID);
  }
});

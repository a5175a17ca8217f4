import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PLAN_FORMAT } from '../../../lib/core/saved-plan/saved-plan.ts';
import { HOUR, NOW } from '../../support/builders.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { run, serve } from '../cli-harness.ts';

const TEXT = readFileSync('examples/approve/workflow.yml', 'utf8');
const PAGE = readFileSync('docs/approve.md', 'utf8');

type Step = { readonly name?: string; readonly run?: string; readonly uses?: string };
type Job = {
  readonly permissions: Record<string, string>;
  readonly env: Record<string, string>;
  readonly environment?: string;
  readonly steps: readonly Step[];
};
type Workflow = {
  readonly on: Record<string, unknown> & { readonly push: { readonly paths: readonly string[] } };
  readonly permissions: object;
  readonly jobs: { readonly plan: Job; readonly sweep: Job };
};

const WORKFLOW = parse(TEXT, { strict: true, uniqueKeys: true }) as Workflow;
const { plan, sweep } = WORKFLOW.jobs;
const scriptsOf = ({ steps }: Job): readonly string[] => steps.flatMap((step) => step.run ?? []);

/** The arguments of each vco-sweeper command in a text. */
const commandsIn = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/npx vco-sweeper ([^|\n#]+)/g)].map(([, words = '']) => words.trim().split(/\s+/));

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

test('every script of the workflow is valid for a shell', () => {
  const scripts = [...scriptsOf(plan), ...scriptsOf(sweep)];
  expect(scripts).toHaveLength(7);
  for (const script of scripts) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  }
});

test('the workflow needs no secret, and each job has only its own rights', () => {
  expect(TEXT).not.toContain('secrets.');
  expect(WORKFLOW.permissions).toEqual({});
  expect(plan.permissions).toEqual({ contents: 'write', 'pull-requests': 'write', 'id-token': 'write' });
  expect(sweep.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  expect(sweep.environment).toBe('vco-sweeper');
  expect([plan.env.ALIBABA_CLOUD_ROLE_ARN, sweep.env.ALIBABA_CLOUD_ROLE_ARN]).toEqual([
    expect.stringContaining('vars.PLAN_ROLE_ARN'),
    expect.stringContaining('vars.SWEEP_ROLE_ARN'),
  ]);
});

test('only the job sweep starts a command that deletes', () => {
  const verbs = (job: Job) => commandsIn(scriptsOf(job).join('\n')).map(([verb]) => verb);
  expect([verbs(plan), verbs(sweep)]).toEqual([['plan'], ['sweep']]);
});

test('the commands of the workflow save a plan, refuse an old plan, and sweep a recent plan', async () => {
  const served = await serve(
    estate(...inUse(6), free('one', dueTags()), bound('two', dueTags('tunnels-down'), down), free('other')),
  );
  stops.push(() => served.emulator.close());
  const files: Record<string, string> = {
    'policy.yaml': 'regions: [cn-hangzhou]\nrules: { tunnels-down: 24h }\n',
  };
  const start = (args: readonly string[] = [], hours: number) =>
    run(args, { files, env: served.env, clock: new VirtualClock(NOW + hours * HOUR) });
  const [planArgs] = commandsIn(scriptsOf(plan).join('\n'));
  const [sweepArgs] = commandsIn(scriptsOf(sweep).join('\n'));
  expect((await start(planArgs, 0)).code).toBe(3);
  const [path = ''] = WORKFLOW.on.push.paths;
  expect(JSON.parse(files[path] ?? '')).toMatchObject({ format: PLAN_FORMAT });
  expect(files['plan.html']).toContain(JSON.parse(files[path] ?? '').sha256);
  expect(served.writes()).toEqual([]);
  expect((await start(sweepArgs, 49)).code).toBe(2);
  expect(served.writes()).toEqual([]);
  expect((await start(sweepArgs, 47)).code).toBe(0);
  expect(files['sweep.html']).toContain('<!doctype html>');
  const ids = served.emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId);
  expect([ids.includes('vco-one'), ids.includes('vco-two'), ids.includes('vco-other')]).toEqual([false, false, true]);
});

test('the commands on the page are valid', async () => {
  const served = await serve(estate(...inUse(2)));
  stops.push(() => served.emulator.close());
  const files: Record<string, string> = { 'policy.yaml': 'regions: [cn-hangzhou]\n' };
  const shown = commandsIn(PAGE);
  expect(shown.map(([verb]) => verb)).toEqual(['plan', 'sweep']);
  for (const args of shown) {
    const { code, err } = await run([...args, ...(args[0] === 'sweep' ? ['--yes'] : [])], { files, env: served.env });
    expect([code, err.includes('vco-sweeper:')]).toEqual([0, false]);
  }
});

test('the links of the page lead to existing files, and it explains every key of a plan', () => {
  const links = [...PAGE.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, path = '']) => normalize(join('docs', path)));
  expect(links.filter((path) => !existsSync(path))).toEqual([]);
  const keys = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
  expect(keys).toEqual(['format', 'madeAt', 'policyHash', 'entries', 'sha256']);
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The deployment as the tool that deploys it renders it: offline, with the defaults of every variable. */
function preview(env: Record<string, string>) {
  const home = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  const text = execFileSync('node_modules/.bin/s', ['preview', '--output', 'json'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(text.slice(text.indexOf('{'))).resources.sweep.props;
}

test('s.yaml renders, and changes nothing until someone says so', () => {
  const props = preview({});
  expect(props.environmentVariables.SWEEP_MODE).toBe('plan');
  expect(props).toMatchObject({ runtime: 'nodejs20', handler: 'index.handler', code: './dist/sweep' });
  expect(props.logConfig.logBeginRule).toBe('None');
  expect(props.triggers.map(({ triggerType }: { triggerType: string }) => triggerType)).toEqual([
    'timer',
    'eventbridge',
  ]);
});

test('what the component does not check is right: steps and ratio of cpu, lower-case role, texts in the environment', () => {
  const props = preview({ SWEEP_MODE: 'sweep', SWEEP_REGION: 'eu-central-1' });
  expect(props).toMatchObject({ region: 'eu-central-1', environmentVariables: { SWEEP_MODE: 'sweep' } });
  expect(Math.round(props.cpu * 100) % 5).toBe(0);
  const gigabytesPerCpu = props.memorySize / 1024 / props.cpu;
  expect(gigabytesPerCpu).toBeGreaterThanOrEqual(1);
  expect(gigabytesPerCpu).toBeLessThanOrEqual(4);
  expect(props.role).toBe(props.role.toLowerCase());
  expect(Object.values(props.environmentVariables).every((value) => typeof value === 'string')).toBe(true);
  const [, events] = props.triggers;
  expect(Object.keys(JSON.parse(events.triggerConfig.eventRuleFilterPattern))).toEqual(['type', 'data']);
});

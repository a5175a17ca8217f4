import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { type Fc3Function, fc3Function } from './fc3.ts';

export type Deployment = { readonly sweep: Fc3Function; readonly dispatch: Fc3Function; readonly report: Fc3Function };

const resource = z.strictObject({
  component: z.literal('fc3'),
  extend: z.strictObject({ name: z.literal('function') }),
  actions: z.strictObject({
    'pre-deploy': z.tuple([z.strictObject({ run: z.literal('npm run build'), path: z.literal('./') })]),
  }),
  props: fc3Function,
});
const rendered = z.object({ resources: z.strictObject({ sweep: resource, dispatch: resource, report: resource }) });

/** s.yaml as the tool that deploys it renders it, offline. Throws when it does not fit the component. */
export function preview(env: Readonly<Record<string, string>> = {}): Deployment {
  // A folder without anybody's .env file.
  const cwd = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
  copyFileSync('s.yaml', join(cwd, 's.yaml'));
  const text = execFileSync(resolve('node_modules/.bin/s'), ['preview', '--output', 'json'], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { resources } = rendered.parse(JSON.parse(text.slice(text.indexOf('{'))));
  return { sweep: resources.sweep.props, dispatch: resources.dispatch.props, report: resources.report.props };
}

import { expect } from 'vitest';
import { ago, HOUR } from '../../support/builders.ts';
import { dueTags, estate, free, inUse } from '../../support/estates.ts';
import { type RunOptions, run, serve } from '../cli-harness.ts';

const stops: (() => Promise<void>)[] = [];

export async function closeClouds(): Promise<void> {
  for (const stop of stops.splice(0)) {
    await stop();
  }
}

/** An emulated cloud, with the command line beside it. `closeClouds` closes it. */
export async function cloud(...args: Parameters<typeof serve>) {
  const served = await serve(...args);
  stops.push(() => served.emulator.close());
  const ids = () => served.emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId);
  const command = (args: string[], options: RunOptions = {}) =>
    run(args, { ...options, env: { ...served.env, ...options.env } });
  return { ...served, ids, command };
}

export const fresh = { 'vco-sweeper:orphan': `unassociated ${ago(HOUR)}`, 'vco-sweeper:seen': ago(HOUR) };
/** In use, due, marked an hour ago, and new. */
export const SOME = estate(
  ...inUse(6),
  free('ripe1', dueTags()),
  free('ripe2', dueTags()),
  free('fresh', fresh),
  free('new'),
);

/** Checks that standard output is a JSON document. */
export const parse = (out: string): { [key: string]: unknown } => {
  expect(out.endsWith('\n')).toBe(true);
  expect(out.trimEnd()).not.toContain('\n');
  return JSON.parse(out);
};

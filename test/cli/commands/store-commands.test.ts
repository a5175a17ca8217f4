import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { aFolder, aStoreFolder, cleanUp, filesIn, withHash } from '../../store/store-support.ts';
import { dueTags, estate, free, inUse } from '../../support/estates.ts';
import { type RunOptions, run, serve } from '../cli-harness.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
  cleanUp();
});

async function cloud() {
  const { emulator, env } = await serve(estate(...inUse(4), free('old', dueTags()), free('new')));
  stops.push(() => emulator.close());
  const command = (args: readonly string[], options: RunOptions = {}) =>
    run(args, { ...options, env: { ...env, ...options.env } });
  return { emulator, command };
}

const results = (folder: string): Record<string, unknown>[] =>
  Object.entries(filesIn(folder))
    .filter(([path]) => path.startsWith('results/'))
    .map(([, text]) => {
      const { sha256, ...document } = JSON.parse(text);
      expect(text).toBe(withHash(document));
      return document;
    });

test('a plan and a sweep store their results after store init', async () => {
  const { command } = await cloud();
  const folder = join(aFolder(), 'store');
  expect((await command(['store', 'init', folder])).code).toBe(0);
  expect((await command(['plan', '--store', folder])).code).toBe(3);
  expect((await command(['sweep', '--yes'], { env: { SWEEP_STORE: folder } })).code).toBe(3);
  expect(results(folder)).toMatchObject([{ format: 'vco-sweeper/result@1' }, { format: 'vco-sweeper/result@1' }]);
  expect(
    results(folder)
      .map(({ mode }) => mode)
      .sort(),
  ).toEqual(['plan', 'sweep']);
});

test('the hints of a plan name its store', async () => {
  const { command } = await cloud();
  const folder = aStoreFolder();
  const { out } = await command(['plan', '--store', folder]);
  expect(out).toContain(`vco-sweeper sweep --store ${folder}\n`);
  expect(out).toContain(`vco-sweeper explain vco-old --store ${folder}\n`);
});

test('--store off stores nothing, even if SWEEP_STORE names a store', async () => {
  const { command } = await cloud();
  const folder = aStoreFolder();
  await command(['plan', '--store', 'off'], { env: { SWEEP_STORE: folder } });
  expect(results(folder)).toEqual([]);
});

test('explain stores nothing, because it is not a run', async () => {
  const { command } = await cloud();
  const folder = aStoreFolder();
  expect((await command(['explain', 'vco-new', '--store', folder])).code).toBe(3);
  expect(results(folder)).toEqual([]);
});

test('a result without a place in the store is printed, with the reason once, and the exit code is 4', async () => {
  const { command, emulator } = await cloud();
  const folder = aStoreFolder({ results: 'a file' });
  const { code, out, err } = await command(['sweep', '--yes', '--store', folder], { env: { LOG_LEVEL: '' } });
  expect(code).toBe(4);
  expect(out).toContain('1 deleted');
  expect(out.replaceAll('\n', ' ').split('The result was not stored')).toHaveLength(2);
  expect(err).toContain('"event":"result.failed"');
  expect(emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId)).not.toContain('vco-old');
  const terminal = await command(['plan', '--store', folder], { tty: true, env: { LOG_LEVEL: '' } });
  expect(terminal.err).toContain('warning: the result was not stored: ');
  const json = await command(['plan', '--json', '--store', folder]);
  expect(JSON.parse(json.out)).toMatchObject({ status: 'incomplete', notStored: expect.stringContaining(folder) });
});

test('a file STOP makes a sweep delete nothing and exit with 3, and plan and explain give the reason', async () => {
  const { command, emulator } = await cloud();
  const folder = aStoreFolder({ STOP: '' });
  const swept = await command(['sweep', '--yes', '--store', folder]);
  expect(swept.code).toBe(3);
  const said = `Stopped by the file ${folder}/STOP: nothing is deleted until it is removed`;
  expect(swept.out.replaceAll(/\s+/g, ' ')).toContain(said);
  expect(emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId)).toContain('vco-old');
  const planned = JSON.parse((await command(['plan', '--json', '--store', folder])).out);
  expect(planned).toMatchObject({ stoppedBy: `${folder}/STOP`, counts: { planned: 0, deferred: 1 } });
  const why = JSON.parse((await command(['explain', 'vco-old', '--json', '--store', folder])).out);
  expect(why.limits).toEqual([
    `stopped by the file ${folder}/STOP: nothing new is detached or deleted while it is there`,
  ]);
  expect(why.next.what).toContain('kept for now by the limits below');
});

test('limits.perDay needs a store, and plan and explain say that the day is full', async () => {
  const { command } = await cloud();
  const policy = 'limits: { perDay: 0 }';
  const env = { SWEEP_POLICY: policy };
  const refused = await command(['plan'], { env });
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('limits.perDay: 0 needs a store') });
  const store = ['--store', aStoreFolder()];
  const planned = JSON.parse((await command(['plan', '--json', ...store], { env })).out);
  expect(planned).toMatchObject({ counts: { planned: 0, deferred: 1 } });
  const why = JSON.parse((await command(['explain', 'vco-old', '--json', ...store], { env })).out);
  expect(why.limits).toEqual(['over limits.perDay: 0 in cn-hangzhou in the last 24 hours, and limits.perDay is 0']);
});

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { aNight, aReporter, aSweep, HOUR, NOW, reportsIn } from '../../reporting/reports-support.ts';
import { aStoreFolder, cleanUp, filesIn, withHash } from '../../store/store-support.ts';
import { aResult, manyOutcomes } from '../../support/digests.ts';
import { run } from '../cli-harness.ts';

afterEach(cleanUp);

/** The time of the commands: the night after the stored results. */
const clock = { now: () => NOW, sleep: () => Promise.resolve() };
const report = (args: readonly string[], options: Parameters<typeof run>[1] = {}) =>
  run(['report', ...args], { clock, ...options });

describe('report', () => {
  test('shows all results of a store, writes page and table to the named files, and writes nothing into the store', async () => {
    const folder = aNight();
    await aReporter().run({ folder });
    const before = filesIn(folder);
    const { code, out, files } = await report(['--store', folder, '--html', 'r.html', '--csv', 'r.csv']);
    expect(code).toBe(0);
    expect(out).toMatch(/^report complete: 3 connections in \d places?, from 2 runs\n/);
    expect(files['r.html']).toMatch(/<\/html>\n$/);
    expect(files['r.csv']?.split('\r\n')).toHaveLength(5);
    expect(filesIn(folder)).toEqual(before);
  });

  test('prints the whole digest for a program', async () => {
    const { code, out } = await report(['--store', aNight(), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      format: 'vco-sweeper/report@1',
      results: [{}, {}].map(() => expect.any(String)),
    });
  });

  test('takes results from files, from a store and from --json', async () => {
    const [, stored] = aSweep('one', HOUR);
    const printed = JSON.stringify(aResult(manyOutcomes(5), { runId: 'two' }));
    const { code, out } = await report(['--result', 'a.json', '--result', 'b.json'], {
      files: { 'a.json': stored, 'b.json': printed },
    });
    expect(code).toBe(0);
    expect(out).toContain('from 2 runs');
  });

  test.each<[string, string, string]>([
    ['another format', withHash({ format: 'vco-sweeper/result@2', runId: 'x' }), 'it is not of the format'],
    ['a report', withHash({ format: 'vco-sweeper/report@1', runId: 'x' }), 'it is not of the format'],
    ['a wrong hash', aSweep('x', HOUR)[1].replace('"mode":"sweep"', '"mode":"plan"'), 'its sha256 is not'],
    ['no valid JSON', '{"runId"', 'it is no JSON'],
    ['a number instead of an object', '3', 'it is no result'],
    ['no field of a result', '{"runId":"x"}', 'it is no result: mode'],
  ])('refuses and names a file with %s', async (_what, text, problem) => {
    const { code, err, out } = await report(['--result', 'a.json', '--result', 'b.json'], {
      files: { 'a.json': aSweep('one', HOUR)[1], 'b.json': text },
    });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`--result "b.json": ${problem}`);
    expect(err).not.toContain('a.json');
  });

  test('refuses a store without results, a missing store, and a missing file', async () => {
    expect(await report(['--store', aStoreFolder()])).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no results'),
    });
    expect(await report([])).toMatchObject({ code: 2, err: expect.stringContaining('no store is named') });
    expect(await report(['--result', 'none.json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no such file'),
    });
    expect((await report(['--notify', '--result', 'a.json'])).code).toBe(2);
    expect(await report(['--notify'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('a report needs a store'),
    });
  });

  test('with --notify it works like the function: writes, sends, and exits 4 if a channel refuses', async () => {
    const bodies: string[] = [];
    let status = 403;
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.writeHead(status).end(status === 200 ? 'ok' : 'invalid_token'));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const folder = aNight();
      const policy = JSON.stringify({ store: folder, notify: { channels: [{ type: 'slack', urlEnv: 'SLACK_URL' }] } });
      const { port } = server.address() as AddressInfo;
      const SLACK_URL = `http://127.0.0.1:${port}/services/T0/B0/secret-of-mine`;
      const env = { SWEEP_POLICY: policy, SLACK_URL };
      const refused = await report(['--notify'], { env });
      expect(refused.code).toBe(4);
      expect(refused.out).toContain('slack: refused, ');
      status = 200;
      const sent = await report(['--notify', '--json'], { env });
      expect(sent.code).toBe(0);
      expect(JSON.parse(sent.out)).toMatchObject({ report: null, messages: [{ channel: 'slack', state: 'accepted' }] });
      expect(reportsIn(folder)).toHaveLength(1);
      expect(`${refused.out}${refused.err}${sent.out}${sent.err}`).not.toContain('secret-of-mine');
      expect(bodies).toHaveLength(2);
      expect(await report(['--notify'], { env: { SWEEP_POLICY: policy } })).toMatchObject({
        code: 2,
        err: expect.stringContaining('SLACK_URL is not set'),
      });
      expect(await report(['--notify'], { env: { ...env, SLACK_URL: 'http://example.com/a' } })).toMatchObject({
        code: 2,
        err: expect.stringContaining('plain http'),
      });
      expect(readFileSync(`${folder}/reports/latest.html`, 'utf8')).toMatch(/<\/html>\n$/);
    } finally {
      server.close();
    }
  });
});

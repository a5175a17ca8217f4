import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { fillStore } from '../bench/report-samples.ts';
import { recordsIn, reportsIn } from '../reporting/reports-support.ts';
import { aFolder, cleanUp } from '../store/store-support.ts';

/** The reply of each channel to an accepted message. */
const REPLIES: Readonly<Record<string, string>> = {
  dingtalk: '{"errcode":0,"errmsg":"ok"}',
  feishu: '{"code":0,"msg":"success","data":{}}',
  wecom: '{"errcode":0,"errmsg":"ok"}',
  slack: 'ok',
};
const CHANNELS = Object.keys(REPLIES);

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
  cleanUp();
});

/** A server for every channel, which counts the messages that arrive. */
async function startChannels(refused: ReadonlySet<string>) {
  const got: string[] = [];
  const server: Server = createServer((request, response) => {
    const [, name = ''] = /^\/(\w+)\//.exec(request.url ?? '') ?? [];
    request.resume().on('end', () => {
      got.push(name);
      response.writeHead(refused.has(name) ? 403 : 200).end(refused.has(name) ? 'invalid_token' : REPLIES[name]);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  stops.push(() => new Promise((done) => server.close(done)));
  const { port } = server.address() as AddressInfo;
  const urls = Object.fromEntries(
    CHANNELS.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${port}/${name}/hook-of-mine?key=k`]),
  );
  return { got, urls };
}

async function deployReport(folder: string, urls: Readonly<Record<string, string>>) {
  const channels = CHANNELS.map((type) => ({ type, urlEnv: `${type.toUpperCase()}_URL` }));
  const SWEEP_POLICY = JSON.stringify({ store: folder, notify: { channels } });
  const emulator = await startEmulator({
    estate: parseEstate('{}', 'test'),
    functions: [
      {
        functionName: 'report',
        code: resolve('dist/report'),
        memorySize: 512,
        timeout: 600,
        environmentVariables: { SWEEP_POLICY, ...urls },
        asyncInvokeConfig: { maxAsyncRetryAttempts: 0 },
      },
    ],
  });
  stops.push(emulator.close);
  return async () => {
    const invocation = emulator.fc.tick('report', new Date().toISOString(), { payload: '' });
    await emulator.fc.idle();
    return invocation;
  };
}

describe('the report function on the local Function Compute', () => {
  test('reports 1,000 results of 12 accounts once, with a message to each channel, and then nothing', async () => {
    const folder = aFolder();
    fillStore(folder, 1_000, 2);
    const { got, urls } = await startChannels(new Set());
    const tick = await deployReport(folder, urls);
    const first = await tick();
    expect([first.status, first.result]).toEqual(['Succeeded', expect.stringContaining('"results":1000')]);
    const [report, ...others] = reportsIn(folder);
    expect(others).toEqual([]);
    expect(new Set(report?.results).size).toBe(1_000);
    expect(new Set(report?.outcomes.map((outcome) => Reflect.get(outcome, 'accountId'))).size).toBe(12);
    expect(got.toSorted()).toEqual(CHANNELS.toSorted());
    expect(recordsIn(folder)).toHaveLength(CHANNELS.length);

    expect(JSON.parse((await tick()).result ?? '')).toMatchObject({ report: null, messages: [] });
    expect(got).toHaveLength(CHANNELS.length);
  });

  test('fails at its end if a channel refuses, and later sends the message only to that channel', async () => {
    const folder = aFolder();
    fillStore(folder, 12, 5);
    const refused = new Set(['slack']);
    const { got, urls } = await startChannels(refused);
    const tick = await deployReport(folder, urls);
    const failed = await tick();
    expect(failed.status).toBe('Failed');
    expect(`${failed.result} ${failed.log}`).toContain('1 of 4 messages failed: slack, report ');
    expect(`${failed.result} ${failed.log}`).not.toContain('hook-of-mine');
    expect(got.toSorted()).toEqual(CHANNELS.toSorted());
    refused.clear();
    expect((await tick()).status).toBe('Succeeded');
    expect(got.toSorted()).toEqual([...CHANNELS, 'slack'].toSorted());
    expect(reportsIn(folder)).toHaveLength(1);
  });
});

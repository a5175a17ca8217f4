import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { refuseDebug } from '../../lib/wiring/refuse-debug.ts';

const run = promisify(execFile);
const node = async (script: string, NODE_DEBUG: string) =>
  await run(process.execPath, ['-e', script], { env: { NODE_DEBUG }, maxBuffer: 2 ** 26 });

const CANARY = 'canary-that-must-not-get-out';
/** Requests as the product and its SDKs make them, with the canary wherever a request can hold it. */
const REQUESTS = `
  const { createServer, request } = require('node:http');
  const https = require('node:https');
  const server = createServer((asked, reply) => {
    asked.resume().on('end', () => reply.setHeader('x-canary', '${CANARY}').end('${CANARY}'));
  });
  const send = (over, port) => new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, method: 'POST', path: '/${CANARY}', headers: { authorization: '${CANARY}' } };
    // The server speaks no TLS: what is printed of such a request is printed before.
    over(options, (reply) => reply.resume().on('end', resolve)).on('error', resolve).end('${CANARY}');
  });
  server.listen(0, '127.0.0.1', async () => {
    const { port } = server.address();
    await send(request, port);
    await send(https.request, port);
    const init = { method: 'POST', body: '${CANARY}', headers: { authorization: '${CANARY}' } };
    await fetch('http://127.0.0.1:' + port + '/${CANARY}', init).then((reply) => reply.text());
    process.exit(0);
  });
`;

/** The sections that Node prints under when all sections are on. */
const sectionsOfNode = async (): Promise<readonly string[]> => {
  const { stderr } = await node(REQUESTS, '*');
  return [...new Set([...stderr.matchAll(/^([A-Z\d_]+) \d+: /gm)].map(([, name = '']) => name))];
};

const isRefused = (NODE_DEBUG: string | undefined): boolean => {
  try {
    refuseDebug({ NODE_DEBUG });
    return false;
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigError', message: expect.stringContaining('NODE_DEBUG is ') });
    return true;
  }
};

test('NODE_DEBUG with any section under which Node prints a request is refused', async () => {
  const sections = await sectionsOfNode();
  expect(sections).toEqual(expect.arrayContaining(['HTTP', 'NET', 'TIMER']));
  // Node prints fetch under two names of its own.
  const printed = await Promise.all(
    [...sections, 'UNDICI'].map(async (section) => ({ section, ...(await node(REQUESTS, section)) })),
  );
  const loud = printed.filter(({ stderr }) => stderr.includes(CANARY)).map(({ section }) => section);
  expect(loud).toEqual(expect.arrayContaining(['NET', 'HTTPS', 'FETCH']));
  expect(loud.filter((section) => !isRefused(section))).toEqual([]);
});

describe('NODE_DEBUG, matched as Node matches it,', () => {
  const LOUD = ['http', 'https', 'http2', 'net', 'tls', 'fetch', 'undici', 'websocket'];
  const ENABLED = `
    const { debuglog } = require('node:util');
    process.stdout.write(String(${JSON.stringify(LOUD)}.some((name) => debuglog(name).enabled)));
  `;

  test.each([
    ...LOUD,
    ...['HTTP', 'Net', 'timer,http', 'http,timer', 'timer,,net', 'fs,*'],
    ...['*', '**', 'h*', '*t', 'ht*p', 'n*t', '*ttp*', 'undi*', 'w*b*t', 'T*S'],
  ])('%j turns a loud section on, and is refused', async (value) => {
    expect((await node(ENABLED, value)).stdout).toBe('true');
    expect(isRefused(value)).toBe(true);
  });

  test.each([
    ...['', ',', 'timer', 'module,stream', 'fs', 'child_process', 'cluster', 'm*', 'x*', '*z', 'http3', 'xhttp'],
    ...['h.*', '.*', 'x|http', 'htt?', '(http)', '[net]', 'h+', 'http;net', 'net http'],
  ])('%j turns no section on, and is allowed', async (value) => {
    expect((await node(ENABLED, value)).stdout).toBe('false');
    expect(isRefused(value)).toBe(false);
  });

  // Node of today turns nothing on by these, but their author meant to.
  test.each(['timer, http', ' net ', 'http\n', '\ttls'])('%j is refused, blanks and all', (value) => {
    expect(isRefused(value)).toBe(true);
  });

  test('is named by the section alone', () => {
    expect(() => refuseDebug({ NODE_DEBUG: 'timer,ht*p,fs' })).toThrow(
      'NODE_DEBUG is "ht*p", which would print credentials and replies; unset it',
    );
  });

  test('not set is allowed', () => {
    expect(isRefused(undefined)).toBe(false);
  });
});

describe('DEBUG', () => {
  test.each(['*', 'httpx:*', 'app,h*', 'app httpx:body', 'lambda', 'lambda:x'])('%j is refused', (DEBUG) => {
    expect(() => refuseDebug({ DEBUG })).toThrow(/^DEBUG is "[^ ]+", which would print/);
  });

  test.each(['', 'app', 'app,net'])('%j is allowed', (DEBUG) => {
    expect(() => refuseDebug({ DEBUG })).not.toThrow();
  });
});

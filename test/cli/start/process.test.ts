import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { NOW } from '../../support/builders.ts';
import { dueTags, estate, free, inUse } from '../../support/estates.ts';
import { serve } from '../cli-harness.ts';

const CLI = resolve('dist/cli/index.js');
const FULL = '/dev/full';
/** The process waits in real time. */
const QUICK = '{"wait":{"pollInterval":"20ms"}}';
/** A line for a person is never this long. A line of the bundle has a million characters. */
const LINE_MAX = 400;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

type Streams = { readonly stdout?: number | 'closed'; readonly stderr?: number | 'closed' };

/** Starts the command line in a separate process. */
async function start(args: readonly string[], env: Record<string, string>, streams: Streams = {}, node: string[] = []) {
  const target = (stream: number | 'closed' | undefined) => (typeof stream === 'number' ? stream : 'pipe');
  const child = spawn(process.execPath, [...node, CLI, ...args], {
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env },
    stdio: ['ignore', target(streams.stdout), target(streams.stderr)],
  });
  const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
  if (streams.stdout === 'closed') {
    child.stdout?.destroy();
  }
  if (streams.stderr === 'closed') {
    child.stderr?.destroy();
  }
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, out: out(), err: err() };
}

function textOf(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}

async function cloud() {
  // The process uses the real clock, so the dates in the emulator are shifted to it.
  const shift = Date.now() - NOW;
  const tags = Object.fromEntries(
    Object.entries(dueTags()).map(([key, value]) => [
      key,
      value.replace(/\S+Z/, (text) => new Date(Date.parse(text) + shift).toISOString()),
    ]),
  );
  const names = ['a', 'b', 'c'];
  const served = await serve(estate(...inUse(9), ...names.map((name) => free(name, tags))));
  stops.push(() => served.emulator.close());
  const left = () => served.emulator.estate.vpnConnections.length;
  return { ...served, left };
}

const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('output that cannot be written', () => {
  test.runIf(existsSync(FULL)).each<[string, (full: number) => Streams]>([
    ['standard error on a full disk', (stderr) => ({ stderr })],
    ['standard output on a full disk', (stdout) => ({ stdout })],
    ['both on a full disk', (full) => ({ stdout: full, stderr: full })],
    ['standard error that nobody reads', () => ({ stderr: 'closed' })],
    ['standard output that nobody reads', () => ({ stdout: 'closed' })],
    ['both of them so', () => ({ stdout: 'closed', stderr: 'closed' })],
  ])('%s: the sweep finishes, reports the failure where it can, and exits 1', async (_what, streams) => {
    const { env, left } = await cloud();
    const to = streams(openSync(FULL, 'w'));
    const { code, out, err } = await start(['sweep', '--yes'], { ...env, SWEEP_POLICY: QUICK, LOG_LEVEL: 'info' }, to);
    expect(left()).toBe(9);
    expect(code).toBe(1);
    if (to.stdout === undefined || to.stderr === undefined) {
      expect(out + err).toMatch(
        /^vco-sweeper: not all could be written to standard (error|output) \((ENOSPC|EPIPE)\); the command itself went on to its end$/m,
      );
    }
    expect(out + err).not.toMatch(/^\s+at /m);
  });
});

describe('an error that nobody caught', () => {
  /** Loaded before the command line. Breaks it from inside, a moment after its start. */
  function breaking(statement: string): string[] {
    const file = join(mkdtempSync(join(tmpdir(), 'vco-sweeper-')), 'break.cjs');
    writeFileSync(file, `setTimeout(() => { ${statement} }, 1);`);
    return ['--require', file];
  }

  test.each([
    ["throw new TypeError('broken\\nover two lines')", 'vco-sweeper: unexpected TypeError: broken\n'],
    ["Promise.reject(new RangeError('broken'))", 'vco-sweeper: unexpected RangeError: broken\n'],
    ["throw 'text'", 'vco-sweeper: unexpected failure without an error\n'],
  ])('%s: a single line, no source, exit code 1', async (statement, sentence) => {
    const { env } = await cloud();
    const { code, err } = await start(['emulator'], env, {}, breaking(statement));
    expect(err).toBe(sentence);
    expect(code).toBe(1);
  });

  test('shows its stack in debug mode, still without source', async () => {
    const { env } = await cloud();
    const { err } = await start(
      ['emulator'],
      { ...env, LOG_LEVEL: 'debug' },
      {},
      breaking("throw new Error('broken')"),
    );
    expect(err).toMatch(/^vco-sweeper: unexpected Error: broken\n {4}at /);
    expect(longest(err)).toBeLessThan(LINE_MAX);
  });
});

test('the command line uses no function that Node deprecates', async () => {
  const { env } = await cloud();
  const node = ['--pending-deprecation', '--throw-deprecation'];
  expect(await start(['plan', '--json'], env, {}, node)).toMatchObject({ code: 3, err: '' });
});

describe('Node', () => {
  const pretending = (version: string): string[] => {
    const file = join(mkdtempSync(join(tmpdir(), 'vco-sweeper-')), 'old.cjs');
    writeFileSync(file, `Object.defineProperty(process, 'version', { value: ${JSON.stringify(version)} });`);
    return ['--require', file];
  };

  test.each(['v18.20.8', 'v20.11.1', 'v21.6.2'])('%s is refused in a sentence, with exit code 2', async (version) => {
    const { code, out, err } = await start(['plan'], {}, {}, pretending(version));
    expect(err).toMatch(/^vco-sweeper: Node [\d.]+ is too old: it needs Node 20\.12 .*\.\n$/);
    expect([code, out]).toEqual([2, '']);
  });

  test('runs the program if it is the oldest accepted version', async () => {
    expect(await start(['--version'], {}, {}, pretending('v20.12.0'))).toMatchObject({ code: 0, err: '' });
  });
});

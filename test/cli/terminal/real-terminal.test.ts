import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { DAY, HOUR } from '../../support/builders.ts';
import { estate, free, inUse } from '../../support/estates.ts';
import { serve } from '../cli-harness.ts';

/** Types the early text at once and the late text after the question. Prints the output of the process. */
const TERMINAL = `
import os, pty, sys
early, late, command = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
os.write(fd, early.encode())
said = b''
asked = False
while True:
    try:
        chunk = os.read(fd, 65536)
    except OSError:
        break
    if not chunk:
        break
    said += chunk
    if not asked and b'changes nothing: ' in said:
        asked = True
        os.write(fd, late.encode())
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(said)
sys.exit(status)
`;

const hasPython = spawnSync('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode']).status === 0;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** Sweeps two due connections at a terminal of the operating system. */
async function sweepAt(early: string, late: string) {
  const due = { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) };
  const served = await serve(estate(...inUse(9), free('a', due), free('b', due)));
  stops.push(() => served.emulator.close());
  const command = [process.execPath, resolve('dist/cli/index.js'), 'sweep'];
  const policy = '{"wait":{"pollInterval":"20ms"}}';
  const child = spawn('python3', ['-c', TERMINAL, early, late, ...command], {
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', TERM: 'xterm', SWEEP_POLICY: policy, ...served.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout.on('data', (chunk) => {
    screen += chunk;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, screen, left: served.emulator.estate.vpnConnections.length };
}

test.runIf(hasPython).each<[string, string, string, { left: number; code: number }]>([
  ['the number', '', '2\r', { left: 9, code: 0 }],
  ['the number, although something else was typed before', 'no\nsudo reboot\n', '2\r', { left: 9, code: 0 }],
  ['the number before the question, as a line', '2\n', '\u0004', { left: 11, code: 3 }],
  ['the number before the question, unfinished', '2', '\r', { left: 11, code: 3 }],
  ['a yes', '', 'y\r', { left: 11, code: 3 }],
  ['Ctrl-D', '', '\u0004', { left: 11, code: 3 }],
  ['Ctrl-D before the question', '\u0004', '\u0004', { left: 11, code: 3 }],
  ['Ctrl-C', '', '\u0003', { left: 11, code: 130 }],
])('answered with %s', async (_what, early, late, expected) => {
  const ended = await sweepAt(early, late);
  expect(ended.screen).toContain('To delete: 2 connections');
  expect(ended).toMatchObject(expected);
});

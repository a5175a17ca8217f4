import { describe, expect, test } from 'vitest';
import { startClock } from '../../../lib/wiring/machine-clock.ts';
import { run } from '../cli-harness.ts';

const demo = (...args: string[]) => run(['demo', ...args], { clock: startClock() });
/** The tables of both nights: the end of each sweep, and its remark. */
const rows = (out: string) => [...out.matchAll(/^(done|failed) +(\d{16}) +(\S+) +(.*(?:\n {10,}.*)*)$/gm)];

describe('the demo of the whole platform', () => {
  test('ends without an orphan in any account, and a repeated tick starts no sweep', async () => {
    const { code, out, err } = await demo('--accounts', '1');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const told = out.replaceAll(/\s+/g, ' ');
    expect(told).toContain('60 IPsec-VPN connections in 1 account, 4 regions each');
    expect(told).toMatch(/1\. The first night .* 4 are started\. .* marked .* 4 done, 0 failed\./);
    expect(told).toMatch(/2\. The same tick again .* none is started, 4 had been started before\./);
    expect(told).toMatch(/3\. The next night .* deleted .* 4 done, 0 failed\./);
    const [story = '', ending = ''] = out.split('5. The message');
    const deleted = [...story.matchAll(/(\d+) deleted$/gm)].reduce((sum, [, number]) => sum + Number(number), 0);
    expect(deleted).toBeGreaterThan(10);
    expect(out).toContain(`${60 - deleted} of 60 connections. The sweeps say that they deleted ${deleted}; just these`);
    expect(out).toContain('No orphan is left in any account (exit code 0).');
    const message = ending.split('\n').filter((line) => line.startsWith('  | '));
    expect(message[0]).toBe(`  | vco-sweeper: ${deleted} deleted`);
    expect(message[2]).toBe(`  | Deleted (${deleted})`);
    expect(message.slice(3, -1).join('\n')).toMatch(/^ {2}\| - vco-\w+ .* · deleted$/m);
    expect(message).toHaveLength(9);
    expect(message.at(-1)).toMatch(/^ {2}\| … and \d+ more lines$/);
    expect(out).not.toMatch(/access_token|SEC[0-9a-f]{8}/);
    expect(out.trim().split('\n').at(-1)).toMatch(/^The report as a page, to open in a browser: file:\/\/\/\S+\.html$/);
  });

  test('shows failed sweeps with advice if an account refuses its role, and completes the remaining sweeps', async () => {
    const { code, out } = await demo('--accounts', '2', '--refused', '1');
    expect(code).toBe(4);
    const ended = rows(out);
    expect(ended).toHaveLength(16);
    for (const [, state, accountId, , detail = ''] of ended) {
      expect(state).toBe(accountId === '1000000000000002' ? 'failed' : 'done');
      if (state === 'failed') {
        expect(detail.replaceAll(/\s+/g, ' ')).toMatch(/AssumeRole NoPermission \(Let the role trust/);
      }
    }
    expect(out.match(/^4 done, 4 failed\.$/gm)).toHaveLength(2);
    expect(out).toContain('(exit code 4)');
    const [, message = ''] = out.split('5. The message');
    expect(message).toMatch(/^ {2}\| vco-sweeper: 4 problems, \d+ deleted$/m);
    expect(message).toMatch(/^ {2}\| - cn-hangzhou of account 1000000000000002: not read: /m);
    expect(out).toContain('docs/ram/trust/trust-member-account.json');
    expect(out).not.toMatch(/canary-|STS\./);
  });

  test('Ctrl-C ends it', async () => {
    const { code } = await run(['demo', '--accounts', '1'], {
      clock: startClock(),
      onWrite: (out, _err, stop) => {
        if (out.includes('1. The first night')) {
          stop();
        }
      },
    });
    expect(code).toBe(130);
  });

  test.each([
    ['no account', ['--accounts', '0'], '"0" is not a whole number from 1 to 10'],
    ['text', ['--accounts', 'three'], '"three" is not a whole number from 1 to 10'],
    [
      'more refused accounts than accounts',
      ['--accounts', '2', '--refused', '3'],
      '--refused 3 is more than there are',
    ],
    ['--refused without --accounts', ['--refused', '1'], '--refused goes with --accounts'],
  ])('%s is bad usage', async (_what, args, message) => {
    const { code, out, err } = await demo(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });
});

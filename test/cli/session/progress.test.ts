import { expect, test } from 'vitest';
import { createProgress } from '../../../lib/cli/session/progress.ts';
import { createScreen } from '../../../lib/cli/session/screen.ts';
import { NOW } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

test('the status counts the finished work and names the pending work', () => {
  const { journal, status, underWay } = createProgress();
  expect(status()).toBe('reading the estate');
  journal('region.listed', { accountId: '1', regionId: 'a', connections: 3 });
  journal('region.listed', { accountId: '1', regionId: 'b', connections: 1 });
  journal('mark.set', { connectionId: 'vco-1' });
  journal('detach.requested', { connectionId: 'vco-2' });
  journal('delete.requested', { connectionId: 'vco-3' });
  journal('delete.requested', { connectionId: 'vco-4' });
  expect(status()).toBe('4 connections in 2 regions, 1 mark written, waiting for 1 detach and 2 deletes');
  expect(underWay()).toEqual(['detach of vco-2', 'delete of vco-3', 'delete of vco-4']);

  journal('detach.done', { connectionId: 'vco-2' });
  journal('delete.done', { connectionId: 'vco-3', outcome: 'deleted' });
  journal('step.failed', { connectionId: 'vco-4', outcome: 'failed' });
  journal('step.failed', { roleArn: 'acs:ram::1:role/x' });
  expect(status()).toBe('4 connections in 2 regions, 1 mark written, 1 deleted, 1 not done');
  expect(underWay()).toEqual([]);

  journal('step.retried', { action: 'DescribeVpnConnections', code: 'Throttling.User' });
  expect(status()).toMatch(/waiting for DescribeVpnConnections, again after Throttling\.User$/);
});

test('the status shows the progress of the reads', () => {
  const { journal, onReading, status } = createProgress();
  onReading({ connections: 3150, regionsRead: 0, regions: 1 });
  expect(status()).toBe('reading the estate: 3150 connections so far, 0 of 1 region read');
  onReading({ connections: 3150, regionsRead: 1, regions: 3 });
  journal('region.listed', { accountId: '1', regionId: 'a', connections: 3150 });
  expect(status()).toBe('reading the estate: 3150 connections so far, 1 of 3 regions read');
  onReading({ connections: 3150, regionsRead: 3, regions: 3 });
  expect(status()).toBe('3150 connections in 1 region');
});

function screenOn(isTTY: boolean) {
  const clock = new VirtualClock(NOW);
  const written: string[] = [];
  const status = { text: 'reading' };
  const out = { write: (text: string) => written.push(text), isTTY, columns: isTTY ? 30 : undefined };
  return { clock, written, status, screen: createScreen(out, clock, () => status.text) };
}

test('on a terminal the status is rewritten in place, cut to the width, and only after a change', () => {
  const { written, status, screen } = screenOn(true);
  screen.update();
  screen.update();
  status.text = 'something much longer than the terminal is wide';
  screen.update();
  screen.line('a line that stays');
  screen.close();
  const clear = '\r\u001b[K';
  expect(written).toEqual([
    `${clear}0s  reading`,
    `${clear}0s  something much longer th…`,
    clear,
    'a line that stays\n',
    `${clear}0s  something much longer th…`,
    clear,
  ]);
});

test('without a terminal the status is a plain line, at most every ten seconds, and only after a change', () => {
  const { clock, written, status, screen } = screenOn(false);
  screen.update();
  clock.advance(9_999);
  screen.update();
  expect(written).toEqual([]);
  clock.advance(1);
  screen.update();
  clock.advance(10_000);
  screen.update();
  status.text = 'waiting';
  screen.update();
  screen.close();
  expect(written).toEqual(['reading\n', 'waiting\n']);
});

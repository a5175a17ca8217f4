import { describe, expect, test } from 'vitest';
import { CloudError, ConfigError } from '../../../lib/core/domain/errors.ts';
import { type Answer, connectionItem, failure, fakeCloud, ok, rejection, timeoutError } from '../fake-transport.ts';

const single = ok(connectionItem());
const UNBOUNDED = 1_000_000;
const read = (answers: Parameters<typeof fakeCloud>[0], more: Parameters<typeof fakeCloud>[1] = {}) => {
  const cloud = fakeCloud(answers, more);
  return { ...cloud, result: cloud.api.getConnection('eu-central-1', 'vco-gw8aaaaaaaaaaaaaaaaaa') };
};
const pace = { share: 0.8, describePerMinute: UNBOUNDED, writePerMinute: UNBOUNDED, concurrency: 8 };
const retryPolicy = (retry: Partial<{ attempts: number; minDelayMs: number; maxDelayMs: number }>) => ({
  policy: { pace, retry: { attempts: 6, minDelayMs: 1000, maxDelayMs: 30_000, ...retry } },
});

describe('the waits', () => {
  test('double from the least to the most, and end with the attempts', async () => {
    const { result, clock, sent, calls } = read(
      [failure('ServiceUnavailable', 503)],
      retryPolicy({ maxDelayMs: 6000 }),
    );
    await expect(result).rejects.toMatchObject({ code: 'ServiceUnavailable', status: 503 });
    expect(clock.sleeps).toEqual([1000, 2000, 4000, 6000, 6000]);
    expect(sent).toHaveLength(6);
    expect(calls).toHaveLength(6);
  });

  test('outlast a minute when throttled, since limits are counted over a minute', async () => {
    const { result, clock } = read([failure('Throttling.User')], retryPolicy({}));
    await expect(result).rejects.toMatchObject({ code: 'Throttling.User' });
    expect(clock.sleeps).toEqual([2000, 4000, 8000, 16_000, 30_000]);
  });

  test.each([
    [0, [500, 1000, 2000, 4000, 8000]],
    [0.5, [750, 1500, 3000, 6000, 12_000]],
  ])('are half jitter (random %d)', async (random, expected) => {
    const { result, clock } = read([timeoutError()], { ...retryPolicy({}), random: () => random });
    await expect(result).rejects.toMatchObject({ code: 'RequestTimeoutError' });
    expect(clock.sleeps).toEqual(expected);
  });

  test('are at least as long as the server asks for, up to two minutes', async () => {
    const asks = (retryAfterMs: number) => failure('Throttling.User', 400, { retryAfterMs });
    const { result, clock } = read([asks(7000), asks(100), asks(9_000_000), single], retryPolicy({}));
    await result;
    expect(clock.sleeps).toEqual([7000, 4000, 120_000]);
  });

  test.each([
    [1, 0],
    [2, 1],
    [6, 5],
  ])('%d attempts are %d retries', async (attempts, expected) => {
    const { result, sent, retries } = read([timeoutError()], retryPolicy({ attempts }));
    await rejection(result);
    expect([sent.length, retries.length]).toEqual([attempts, expected]);
  });
});

describe('another attempt is made', () => {
  test.each<[string, Answer]>([
    ['a timeout', timeoutError()],
    ['a broken connection', Object.assign(new Error('x'), { code: 'ECONNRESET' })],
    ['a reply that is no JSON', { status: 502, body: undefined }],
    ['a 5xx without a code', { status: 500, body: {} }],
    ['a reply without its fields', ok({ Name: 'x' })],
    ['a reply about another connection', ok(connectionItem({ VpnConnectionId: 'vco-other' }))],
    ['throttling', failure('Throttling.user')],
    ['a busy thing', failure('VpnConnection.Configuring')],
    ['not found, but with a 5xx', failure('InvalidVpnConnectionInstanceId.NotFound', 500)],
  ])('after %s', async (_what, answer) => {
    const { result, sent } = read([answer, single]);
    await expect(result).resolves.toMatchObject({ connectionId: 'vco-gw8aaaaaaaaaaaaaaaaaa' });
    expect(sent).toHaveLength(2);
  });

  test.each(['InvalidTimeStamp.Expired', 'SignatureNonceUsed'])('once only after %s', async (code) => {
    const { result, sent } = read([failure(code)]);
    await expect(result).rejects.toMatchObject({ code });
    expect(sent).toHaveLength(2);
  });
});

describe('no other attempt is made', () => {
  test.each(['Forbidden.RAM', 'Forbbiden.SubUser', 'Unauthorized', 'InvalidParameter', 'NobodyKnows'])(
    'after %s',
    async (code) => {
      const { result, sent, clock } = read([failure(code, 403)]);
      await expect(result).rejects.toMatchObject({ code, status: 403 });
      expect(sent).toHaveLength(1);
      expect(clock.sleeps).toEqual([]);
    },
  );

  test('when the region cannot be part of a host name', async () => {
    const { result, sent } = read(() => new ConfigError('region'));
    await expect(result).rejects.toBeInstanceOf(ConfigError);
    expect(sent).toHaveLength(1);
  });
});

test('observers learn of each retry: its action, error, place and delay', async () => {
  const { result, retries } = read([failure('Throttling.User'), timeoutError(), single], retryPolicy({}));
  await result;
  const common = {
    action: 'DescribeVpnConnection',
    accountId: undefined,
    regionId: 'eu-central-1',
    connectionId: 'vco-gw8aaaaaaaaaaaaaaaaaa',
  };
  expect(retries).toEqual([
    {
      ...common,
      code: 'Throttling.User',
      attempt: 1,
      delayMs: 2000,
      requestId: 'A1D6C6D2-0000-0000-0000-000000000000',
    },
    { ...common, code: 'RequestTimeoutError', attempt: 2, delayMs: 2000, requestId: undefined },
  ]);
});

describe('the deadline', () => {
  const startMs = Date.UTC(2026, 0, 2, 3, 4, 5);

  test('no wait exceeds it, and nothing is sent after it', async () => {
    const { result, clock, sent } = read([failure('ServiceUnavailable', 503)], {
      ...retryPolicy({}),
      deadlineMs: startMs + 5000,
    });
    const error = await rejection(result);
    expect(error).toBeInstanceOf(CloudError);
    expect(error).toMatchObject({
      code: 'DeadlineExceeded',
      status: 503,
      message: 'DescribeVpnConnection failed: DeadlineExceeded (last answer ServiceUnavailable)',
    });
    expect(clock.sleeps).toEqual([1000, 2000]);
    expect(sent).toHaveLength(3);
  });

  test('a wait that ends exactly at it is too long', async () => {
    const { result, clock } = read([failure('ServiceUnavailable', 503)], {
      ...retryPolicy({}),
      deadlineMs: startMs + 1000,
    });
    await expect(result).rejects.toMatchObject({ code: 'DeadlineExceeded' });
    expect(clock.sleeps).toEqual([]);
  });

  test('after it no request is sent', async () => {
    const { result, sent } = read([single], { deadlineMs: startMs });
    await expect(result).rejects.toMatchObject({ code: 'DeadlineExceeded', effect: 'refused' });
    expect(sent).toEqual([]);
  });

  test('a turn that comes too late is not waited for, and not requested again', async () => {
    const slow = { share: 0.8, describePerMinute: 1, writePerMinute: 1, concurrency: 8 };
    const { api, result, clock, sent, retries } = read([single], {
      policy: { ...retryPolicy({}).policy, pace: slow },
      deadlineMs: startMs + 30_000,
    });
    await result;
    await expect(api.getConnection('eu-central-1', 'vco-1')).rejects.toMatchObject({
      message: 'DescribeVpnConnection failed: DeadlineExceeded',
      effect: 'refused',
    });
    expect([sent.length, retries, clock.sleeps]).toEqual([1, [], []]);
  });

  test('a request gets no more time than is left', async () => {
    const left = async (deadlineMs: number) => {
      const { result, sent } = read([single], { deadlineMs });
      await result;
      return sent[0]?.timeoutMs;
    };
    expect(await left(startMs + 3000)).toBe(3000);
    expect(await left(startMs + 60_000)).toBe(10_000);
    expect(await left(Number.POSITIVE_INFINITY)).toBe(10_000);
  });
});

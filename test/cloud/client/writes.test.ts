import { describe, expect, test } from 'vitest';
import { newClientToken } from '../../../lib/cloud/client/client-token.ts';
import type { BeforeAttempt } from '../../../lib/core/domain/cloud-api.ts';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import { type Answer, failure, fakeCloud, ok, rejection, timeoutError } from '../fake-transport.ts';

const done = ok({ Code: '200', Success: true, Message: 'successful' });
const busy = failure('VpnConnection.Configuring');
const refused: Answer = failure('Forbidden', 403);

type Write = 'detach' | 'delete';
function write(
  kind: Write,
  answers: Parameters<typeof fakeCloud>[0],
  more: Parameters<typeof fakeCloud>[1] & { before?: BeforeAttempt } = {},
) {
  const { before, ...options } = more;
  const cloud = fakeCloud(answers, options);
  const doubts: boolean[] = [];
  const beforeAttempt: BeforeAttempt = async (mayHaveEffect) => {
    doubts.push(mayHaveEffect);
    await before?.(mayHaveEffect);
  };
  const result =
    kind === 'delete'
      ? cloud.api.deleteConnection('eu-central-1', 'vco-1', { beforeAttempt })
      : cloud.api.detach('eu-central-1', 'tr-attach-1', { force: false, beforeAttempt });
  return { ...cloud, doubts, result };
}
const tokensOf = (sent: readonly { params: Readonly<Record<string, unknown>> }[]) =>
  sent.map(({ params }) => params.ClientToken);

describe.each<Write>(['detach', 'delete'])('the client token of a %s', (kind) => {
  test.each<[string, Answer[], string[]]>([
    ['stays the same after a timeout', [timeoutError(), done], ['token-1', 'token-1']],
    [
      'after a broken connection',
      [Object.assign(new Error('x'), { code: 'ECONNRESET' }), done],
      ['token-1', 'token-1'],
    ],
    ['after a 5xx', [failure('InternalError', 500), done], ['token-1', 'token-1']],
    ['after InternalError with 400', [failure('InternalError'), done], ['token-1', 'token-1']],
    [
      'after throttling',
      [failure('Throttling.User'), failure('Throttling.Api', 503), done],
      ['token-1', 'token-1', 'token-1'],
    ],
    [
      'after throttling that came with 200',
      [ok({ Code: 'Throttling.User', Success: false }), done],
      ['token-1', 'token-1'],
    ],
    ['after a reply nobody can read', [{ status: 200, body: 'x' }, done], ['token-1', 'token-1']],
    [
      'while the first request still runs',
      [timeoutError(), failure('LastTokenProcessing'), failure('TokenProcessing'), done],
      ['token-1', 'token-1', 'token-1', 'token-1'],
    ],
    ['is fresh after a definite refusal', [busy, busy, done], ['token-1', 'token-2', 'token-3']],
    [
      'is fresh after a refusal that came with 200',
      [ok({ Code: 'VpnTask.CONFLICT', Success: false }), done],
      ['token-1', 'token-2'],
    ],
    [
      'follows both rules in one write',
      [timeoutError(), busy, failure('Throttling.User'), done],
      ['token-1', 'token-1', 'token-2', 'token-2'],
    ],
  ])('%s', async (_what, answers, expected) => {
    const { result, sent } = write(kind, answers);
    await result;
    expect(tokensOf(sent)).toEqual(expected);
  });

  test('differs for another write', async () => {
    const { api, result, sent } = write(kind, [done]);
    await result;
    await api.deleteConnection('eu-central-1', 'vco-2', { beforeAttempt: async () => undefined });
    expect(tokensOf(sent)).toEqual(['token-1', 'token-2']);
  });
});

test('a client token is ASCII and at most 64 long, and never the same', () => {
  const tokens = Array.from({ length: 50 }, newClientToken);
  expect(tokens.every((token) => /^[\x21-\x7e]{16,64}$/.test(token))).toBe(true);
  expect(new Set(tokens).size).toBe(50);
});

describe('the sent request', () => {
  test('for a delete', async () => {
    const { result, sent } = write('delete', [done]);
    expect(await result).toEqual({ requestId: '6F0E1D2C-0000-4000-8000-000000000001' });
    expect(sent).toMatchObject([
      {
        service: 'vpc',
        regionId: 'eu-central-1',
        action: 'DeleteVpnAttachment',
        params: { RegionId: 'eu-central-1', VpnConnectionId: 'vco-1', ClientToken: 'token-1' },
      },
    ]);
  });

  test.each([true, false])('for a detach with force %s', async (force) => {
    const { api, sent } = fakeCloud([ok()]);
    await api.detach('eu-central-1', 'tr-attach-1', { force, beforeAttempt: async () => undefined });
    expect(sent[0]).toMatchObject({ service: 'cbn', action: 'DeleteTransitRouterVpnAttachment' });
    expect(sent[0]?.params).toEqual({ TransitRouterAttachmentId: 'tr-attach-1', Force: force, ClientToken: 'token-1' });
  });
});

describe('the last read before each attempt', () => {
  test.each<[string, Answer[], boolean[]]>([
    ['one attempt', [done], [false]],
    ['an answer was lost', [timeoutError(), done], [false, true]],
    ['InternalError with 400', [failure('InternalError'), done], [false, true]],
    [
      'throttling had no effect',
      [failure('Throttling.User'), failure('Throttling.User', 503), done],
      [false, false, false],
    ],
    ['a refusal had no effect', [busy, busy, done], [false, false, false]],
    [
      'once in doubt, always in doubt',
      [timeoutError(), busy, failure('Throttling.User'), done],
      [false, true, true, true],
    ],
    ['an earlier request still runs', [failure('TokenProcessing'), done], [false, true]],
  ])('knows whether an attempt may have had an effect: %s', async (_what, answers, expected) => {
    const { result, doubts } = write('delete', answers);
    await result;
    expect(doubts).toEqual(expected);
  });

  test('follows the wait for a turn, so that nothing is between it and the request', async () => {
    const cloud = fakeCloud([done], {
      policy: {
        retry: { attempts: 1, minDelayMs: 0, maxDelayMs: 0 },
        pace: { share: 0.8, describePerMinute: 1, writePerMinute: 1, concurrency: 1 },
      },
    });
    const looksMs: number[] = [];
    const beforeAttempt = async () => {
      looksMs.push(cloud.clock.now());
    };
    const one = (id: string) => cloud.api.deleteConnection('eu-central-1', id, { beforeAttempt });
    await Promise.all([one('vco-1'), one('vco-2'), one('vco-3')]);
    expect(looksMs).toEqual(cloud.sent.map(({ atMs }) => atMs));
    expect(looksMs.map((at) => at - (looksMs[0] ?? 0))).toEqual([0, 60_000, 120_000]);
  });

  class Stop extends Error {}
  test.each([
    ['an error of its own', new Stop('changed')],
    ['a TypeError', new TypeError('fetch failed')],
    [
      'a CloudError worth a retry',
      new CloudError({ action: 'DescribeVpnConnection', code: 'Throttling.User', effect: 'unknown' }),
    ],
  ])('stops the write with %s, unchanged, and nothing is sent', async (_what, reason) => {
    const { result, sent, calls, retries, clock } = write('delete', [done], { before: () => Promise.reject(reason) });
    expect(await rejection(result)).toBe(reason);
    expect([sent, calls, retries, clock.sleeps]).toEqual([[], [], [], []]);
  });

  test('stops between attempts as well', async () => {
    const reason = new Stop('changed');
    const { result, sent } = write('delete', [busy], {
      before: async () => (sent.length > 0 ? Promise.reject(reason) : undefined),
    });
    expect(await rejection(result)).toBe(reason);
    expect(sent).toHaveLength(1);
  });

  test('that throws before it waits for anything stops the write as well', async () => {
    const reason = new CloudError({ action: 'DescribeVpnConnection', code: 'Throttling.User', effect: 'unknown' });
    const cloud = fakeCloud([done]);
    const beforeAttempt = () => {
      throw reason;
    };
    expect(await rejection(cloud.api.deleteConnection('eu-central-1', 'vco-1', { beforeAttempt }))).toBe(reason);
    expect([cloud.sent, cloud.retries]).toEqual([[], []]);
  });

  test('that takes until the deadline: nothing is sent after it', async () => {
    const { result, sent, clock, doubts } = write('delete', [done], {
      deadlineMs: Date.UTC(2026, 0, 2, 3, 4, 5) + 1000,
      before: () => clock.sleep(1000),
    });
    await expect(result).rejects.toMatchObject({ code: 'DeadlineExceeded', effect: 'refused' });
    expect([doubts, sent]).toEqual([[false], []]);
  });
});

describe('the error at the end speaks for all attempts', () => {
  test.each<[string, Answer[], string, string]>([
    ['refused at once', [refused], 'Forbidden', 'refused'],
    ['refused after a busy one', [busy, refused], 'Forbidden', 'refused'],
    ['refused after a throttled one', [failure('Throttling.User'), refused], 'Forbidden', 'refused'],
    ['refused after an answer was lost', [timeoutError(), refused], 'Forbidden', 'unknown'],
    [
      'not found after an answer was lost',
      [timeoutError(), failure('InvalidVpnConnectionInstanceId.NotFound', 404)],
      'InvalidVpnConnectionInstanceId.NotFound',
      'unknown',
    ],
    ['Success false', [ok({ Code: '200', Success: false })], 'SuccessFalse', 'unknown'],
    ['Success false as text', [ok({ Code: '200', Success: 'false' })], 'SuccessFalse', 'unknown'],
  ])('%s', async (_what, answers, code, effect) => {
    await expect(write('delete', answers).result).rejects.toMatchObject({
      code,
      effect,
      action: 'DeleteVpnAttachment',
    });
  });

  test.each<[string, Answer, string]>([
    ['an answer was lost', timeoutError(), 'unknown'],
    ['it was busy', busy, 'refused'],
    ['it was throttled', failure('Throttling.User'), 'refused'],
  ])('no time for another attempt when %s', async (_what, answer, effect) => {
    const { result } = write('delete', [answer], { deadlineMs: Date.UTC(2026, 0, 2, 3, 4, 5) + 1000 });
    await expect(result).rejects.toMatchObject({ code: 'DeadlineExceeded', effect });
  });
});

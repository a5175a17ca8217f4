import { describe, expect, test } from 'vitest';
import { replyError, thrownError } from '../../../lib/cloud/client/reply-errors.ts';
import { CloudError, type Effect } from '../../../lib/core/domain/errors.ts';

const RequestId = 'A1D6C6D2-0000-0000-0000-000000000000';

describe('a reply that is not a success', () => {
  test.each<[string, number, unknown, string, Effect]>([
    ['a business code', 400, { Code: 'VpnConnection.Configuring' }, 'VpnConnection.Configuring', 'refused'],
    [
      'not found',
      404,
      { Code: 'InvalidVpnConnectionInstanceId.NotFound' },
      'InvalidVpnConnectionInstanceId.NotFound',
      'refused',
    ],
    [
      'a code with a tab after it, as in the catalogue',
      404,
      { Code: 'InvalidVpnConnectionInstanceId.NotFound\t' },
      'InvalidVpnConnectionInstanceId.NotFound',
      'refused',
    ],
    ['a code with blanks around it', 403, { Code: ' \r\nForbidden\t ' }, 'Forbidden', 'refused'],
    ['a code with a blank in it', 403, { Code: 'For bidden' }, 'UnreadableReply', 'unknown'],
    ['a code of nothing but blanks', 403, { Code: ' \t' }, 'HttpStatus403', 'unknown'],
    ['a code of an unusual HTTP status', 418, { Code: 'Weird' }, 'Weird', 'refused'],
    ['a code with 200', 200, { Code: 'OperationDenied', Success: false }, 'OperationDenied', 'unknown'],
    ['a code with 5xx', 500, { Code: 'InternalError' }, 'InternalError', 'unknown'],
    ['InternalError, documented as 400', 400, { Code: 'InternalError' }, 'InternalError', 'unknown'],
    ['throttling, documented as 400', 400, { Code: 'Throttling.User' }, 'Throttling.User', 'unknown'],
    ['throttling by status', 429, { Code: 'TooManyRequests' }, 'TooManyRequests', 'unknown'],
    ['5xx without a code', 503, { Message: 'busy' }, 'HttpStatus503', 'unknown'],
    ['4xx without a code', 403, {}, 'HttpStatus403', 'unknown'],
    ['a redirect', 302, {}, 'HttpStatus302', 'unknown'],
    ['no status at all', 0, {}, 'HttpStatus0', 'unknown'],
    ['5xx with a code of success', 500, { Code: '200' }, 'HttpStatus500', 'unknown'],
    ['Success false beside Code 200', 200, { Code: '200', Success: false }, 'SuccessFalse', 'unknown'],
    ['Success false as text', 200, { Code: '200', Success: 'false' }, 'SuccessFalse', 'unknown'],
    ['Success False as text', 200, { Success: ' False ' }, 'SuccessFalse', 'unknown'],
    ['Success false alone', 200, { Success: false }, 'SuccessFalse', 'unknown'],
    ['a code that is an object', 400, { Code: { nested: 'x' } }, 'UnreadableReply', 'unknown'],
    ['a code that is a sentence', 400, { Code: 'no such thing' }, 'UnreadableReply', 'unknown'],
    ['a code that is markup', 400, { Code: '<b>x</b>' }, 'UnreadableReply', 'unknown'],
    ['a code that is too long', 400, { Code: 'A'.repeat(200) }, 'UnreadableReply', 'unknown'],
    ['a numeric code', 400, { Code: 403 }, 'UnreadableReply', 'unknown'],
    ['text', 200, 'OK', 'UnreadableReply', 'unknown'],
    ['an array', 200, [], 'UnreadableReply', 'unknown'],
    ['null', 200, null, 'UnreadableReply', 'unknown'],
    ['nothing', 500, undefined, 'UnreadableReply', 'unknown'],
  ])('%s', (_what, status, body, code, effect) => {
    const error = replyError('DeleteVpnAttachment', { status, body });
    expect(error).toMatchObject({ action: 'DeleteVpnAttachment', code, effect, status });
  });

  test.each([
    ['no code', {}],
    ['text 200', { Code: '200', Success: true }],
    ['number 200', { Code: 200 }],
    ['OK', { Code: 'OK' }],
    ['Success', { Code: 'Success', Success: 'true' }],
    ['an empty code', { Code: '' }],
    ['a code of blanks', { Code: ' \t' }],
    ['text 200 with a blank', { Code: '200 ' }],
  ])('is none with %s and HTTP 200', (_what, body) => {
    expect(replyError('DeleteVpnAttachment', { status: 200, body })).toBeUndefined();
  });

  test.each([
    [1500, 1500],
    [0, 0],
    [1500.7, 1500],
    [999_999, 120_000],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [undefined, undefined],
  ])('asked to wait %s ms: %s', (retryAfterMs, expected) => {
    const error = replyError('DescribeRegions', { status: 503, body: { Code: 'ServiceUnavailable' }, retryAfterMs });
    expect(error?.retryAfterMs).toBe(expected);
  });

  test.each([
    [RequestId, RequestId],
    ['has spaces', undefined],
    ['LTAIcanary', undefined],
    [{ toString: 'x' }, undefined],
    [42, undefined],
    ['', undefined],
  ])('request id %j is kept as %s', (given, expected) => {
    expect(replyError('DescribeRegions', { status: 400, body: { Code: 'X', RequestId: given } })?.requestId).toBe(
      expected,
    );
  });
});

describe('what is thrown instead of an answer', () => {
  const named = (name: string, fields: object = {}) => Object.assign(new Error('text'), { name }, fields);

  test.each<[string, unknown, string, string]>([
    ['a timeout', named('RequestTimeoutError'), 'RequestTimeoutError', 'X failed: RequestTimeoutError'],
    ['a reset', named('Error', { code: 'ECONNRESET' }), 'NetworkError', 'X failed: NetworkError (ECONNRESET)'],
    [
      'a bad certificate',
      named('Error', { code: 'CERT_HAS_EXPIRED' }),
      'NetworkError',
      'X failed: NetworkError (CERT_HAS_EXPIRED)',
    ],
    ['an unknown host', named('Error', { code: 'ENOTFOUND' }), 'HostNotFound', 'X failed: HostNotFound'],
    [
      'a parser error object',
      { name: 'SyntaxError', message: 'text', text: 'body' },
      'UnreadableReply',
      'X failed: UnreadableReply (not JSON)',
    ],
    [
      'a property of null',
      new TypeError("Cannot read properties of null (reading 'Code')"),
      'UnreadableReply',
      'X failed: UnreadableReply (not JSON)',
    ],
    [
      'a code that is no system code',
      named('Error', { code: 'secret value' }),
      'NetworkError',
      'X failed: NetworkError',
    ],
    ['text', 'secret', 'NetworkError', 'X failed: NetworkError'],
    ['nothing', undefined, 'NetworkError', 'X failed: NetworkError'],
    ['null', null, 'NetworkError', 'X failed: NetworkError'],
  ])('%s', (_what, thrown, code, message) => {
    const error = thrownError('X', thrown);
    expect(error).toMatchObject({ code, effect: 'unknown', status: undefined });
    expect(error.message).toBe(message);
  });

  test('a CloudError stays itself', () => {
    const error = new CloudError({ action: 'X', code: 'Y', effect: 'refused' });
    expect(thrownError('Z', error)).toBe(error);
  });
});

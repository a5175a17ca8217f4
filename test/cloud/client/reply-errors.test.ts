import { describe, expect, test } from 'vitest';
import { replyError, thrownError } from '../../../lib/cloud/client/reply-errors.ts';
import { CloudError, type Effect } from '../../../lib/core/domain/errors.ts';

const REQUEST_ID = 'A1D6C6D2-0000-0000-0000-000000000000';

describe('a reply that is not a success', () => {
  test.each<[string, number, unknown, { readonly code: string; readonly effect: Effect }]>([
    [
      'a business code',
      400,
      { Code: 'VpnConnection.Configuring' },
      { code: 'VpnConnection.Configuring', effect: 'refused' },
    ],
    [
      'not found',
      404,
      { Code: 'InvalidVpnConnectionInstanceId.NotFound' },
      { code: 'InvalidVpnConnectionInstanceId.NotFound', effect: 'refused' },
    ],
    [
      'a code with a tab after it, as in the catalogue',
      404,
      { Code: 'InvalidVpnConnectionInstanceId.NotFound\t' },
      { code: 'InvalidVpnConnectionInstanceId.NotFound', effect: 'refused' },
    ],
    ['a code with blanks around it', 403, { Code: ' \r\nForbidden\t ' }, { code: 'Forbidden', effect: 'refused' }],
    ['a code with a blank in it', 403, { Code: 'For bidden' }, { code: 'UnreadableReply', effect: 'unknown' }],
    ['a code of nothing but blanks', 403, { Code: ' \t' }, { code: 'HttpStatus403', effect: 'unknown' }],
    ['a code of an unusual HTTP status', 418, { Code: 'Weird' }, { code: 'Weird', effect: 'refused' }],
    [
      'a code with 200',
      200,
      { Code: 'OperationDenied', Success: false },
      { code: 'OperationDenied', effect: 'unknown' },
    ],
    ['a code with 5xx', 500, { Code: 'InternalError' }, { code: 'InternalError', effect: 'unknown' }],
    ['InternalError, documented as 400', 400, { Code: 'InternalError' }, { code: 'InternalError', effect: 'unknown' }],
    ['throttling, documented as 400', 400, { Code: 'Throttling.User' }, { code: 'Throttling.User', effect: 'unknown' }],
    ['throttling by status', 429, { Code: 'TooManyRequests' }, { code: 'TooManyRequests', effect: 'unknown' }],
    ['5xx without a code', 503, { Message: 'busy' }, { code: 'HttpStatus503', effect: 'unknown' }],
    ['4xx without a code', 403, {}, { code: 'HttpStatus403', effect: 'unknown' }],
    ['a redirect', 302, {}, { code: 'HttpStatus302', effect: 'unknown' }],
    ['no status at all', 0, {}, { code: 'HttpStatus0', effect: 'unknown' }],
    ['5xx with a code of success', 500, { Code: '200' }, { code: 'HttpStatus500', effect: 'unknown' }],
    [
      'Success false beside Code 200',
      200,
      { Code: '200', Success: false },
      { code: 'SuccessFalse', effect: 'unknown' },
    ],
    ['Success false as text', 200, { Code: '200', Success: 'false' }, { code: 'SuccessFalse', effect: 'unknown' }],
    ['Success False as text', 200, { Success: ' False ' }, { code: 'SuccessFalse', effect: 'unknown' }],
    ['Success false alone', 200, { Success: false }, { code: 'SuccessFalse', effect: 'unknown' }],
    ['a code that is an object', 400, { Code: { nested: 'x' } }, { code: 'UnreadableReply', effect: 'unknown' }],
    ['a code that is a sentence', 400, { Code: 'no such thing' }, { code: 'UnreadableReply', effect: 'unknown' }],
    ['a code that is markup', 400, { Code: '<b>x</b>' }, { code: 'UnreadableReply', effect: 'unknown' }],
    ['a code that is too long', 400, { Code: 'A'.repeat(200) }, { code: 'UnreadableReply', effect: 'unknown' }],
    ['a numeric code', 400, { Code: 403 }, { code: 'UnreadableReply', effect: 'unknown' }],
    ['text', 200, 'OK', { code: 'UnreadableReply', effect: 'unknown' }],
    ['an array', 200, [], { code: 'UnreadableReply', effect: 'unknown' }],
    ['null', 200, null, { code: 'UnreadableReply', effect: 'unknown' }],
    ['nothing', 500, undefined, { code: 'UnreadableReply', effect: 'unknown' }],
  ])('%s', (_what, status, body, { code, effect }) => {
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
    [REQUEST_ID, REQUEST_ID],
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

describe('an error in place of an answer', () => {
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

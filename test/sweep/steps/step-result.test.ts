import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import {
  endIfStopped,
  endWith,
  endWithError,
  mayHaveTakenHold,
  outOfTime,
  StepEnd,
  stoppedHalfway,
} from '../../../lib/sweep/steps/step-result.ts';

const failure = (code: string, effect: 'refused' | 'unknown' = 'refused', status: number | undefined = undefined) =>
  new CloudError({ action: 'DeleteVpnAttachment', code, effect, status, requestId: 'R-1' });

const untouched = { code: null, requestId: null, used: false };

test('a step ends with its outcome and reason, and with nothing used unless it says so', () => {
  expect(endWith('deleted', 'done')).toEqual({ outcome: 'deleted', reason: 'done', ...untouched });
  expect(endWith('held', 'held', { used: true, heldUntilMs: 5 })).toEqual({
    outcome: 'held',
    reason: 'held',
    ...untouched,
    used: true,
    heldUntilMs: 5,
  });
});

test('the end of a step can be thrown, and its message is the reason', () => {
  const result = endWith('kept', 'in use again');
  const end = new StepEnd(result);
  expect([end.name, end.message, end.result]).toEqual(['StepEnd', 'in use again', result]);
});

test.each<[code: string, effect: 'refused' | 'unknown', status: number | undefined, expected: boolean]>([
  ['RequestTimeoutError', 'unknown', undefined, true],
  ['InternalError', 'unknown', 500, true],
  ['InternalError', 'refused', 400, false],
  ['Throttling.User', 'unknown', 400, false],
  ['AnyCode', 'unknown', 429, false],
])('%s with effect %s and status %s may have taken hold: %s', (code, effect, status, expected) => {
  expect(mayHaveTakenHold(failure(code, effect, status))).toBe(expected);
});

describe('a write that failed', () => {
  test.each([
    ['Forbidden.RAM', 'failed'],
    ['OperationFailed.RouteEntryExist', 'blocked'],
    ['NumberExceed.Tags', 'blocked'],
    ['DeadlineExceeded', 'deferred'],
    ['StoppedOnRequest', 'deferred'],
    ['InternalError', 'failed'],
    ['NoSuchCodeYet', 'failed'],
  ])('%s ends as %s', (code, outcome) => {
    const result = endWithError('the delete failed', failure(code), true);
    expect(result).toMatchObject({ outcome, code, requestId: 'R-1', used: true });
    expect(result.reason).toMatch(new RegExp(`^the delete failed: DeleteVpnAttachment failed: ${code}`));
  });

  test('without an id of the request has none in its result', () => {
    const error = new CloudError({ action: 'DeleteVpnAttachment', code: 'NetworkError', effect: 'unknown' });
    expect(endWithError('the delete failed', error, false)).toMatchObject({ requestId: null, used: false });
  });

  test('because of a request to stop, with nothing sent, was not started', () => {
    const notStarted = { ...untouched, outcome: 'deferred', reason: 'not started: stopped on request' };
    expect(endWithError('it', failure('StoppedOnRequest'), false)).toEqual({ ...notStarted, code: 'StoppedOnRequest' });
  });

  test.each<[what: string, effect: 'refused' | 'unknown', used: boolean]>([
    ['may have been sent', 'unknown', false],
    ['followed another write', 'refused', true],
  ])('because of a request to stop was started, if it %s', (_what, effect, used) => {
    expect(endWithError('it', failure('StoppedOnRequest', effect), used)).toMatchObject({
      outcome: 'deferred',
      reason: expect.stringMatching(/^it: DeleteVpnAttachment failed/),
      used,
    });
  });
});

test('only a request to stop ends a step whose reading failed. Another failure is thrown again', () => {
  expect(endIfStopped(failure('StoppedOnRequest', 'unknown'))).toMatchObject({
    outcome: 'deferred',
    reason: expect.stringMatching(/^stopped on request: /),
    used: false,
  });
  const other = failure('Forbidden.RAM');
  expect(() => endIfStopped(other)).toThrow(other);
  expect(() => endIfStopped(new Error('a fault'))).toThrow('a fault');
});

test('a step that a person stopped halfway has used its slot, and work without time has not', () => {
  const deferred = { ...untouched, outcome: 'deferred', reason: 'why' };
  expect(stoppedHalfway('why')).toEqual({ ...deferred, code: 'StoppedOnRequest', used: true });
  expect(stoppedHalfway('why', { requestId: 'R-2' })).toMatchObject({ requestId: 'R-2' });
  expect(outOfTime('why')).toEqual({ ...deferred, code: 'DeadlineExceeded' });
  expect(outOfTime('why', { used: true })).toMatchObject({ used: true, code: 'DeadlineExceeded' });
});

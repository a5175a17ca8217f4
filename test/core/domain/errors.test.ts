import { expect, test } from 'vitest';
import { CloudError, ConfigError, stoppedOnRequest, toCloudError } from '../../../lib/core/domain/errors.ts';

const refused = { action: 'DeleteVpnAttachment', code: 'Forbidden', effect: 'refused' } as const;

test('an error of the cloud names the failed action and the cause, and only text that we chose ourselves', () => {
  expect(new CloudError(refused)).toMatchObject({
    name: 'CloudError',
    message: 'DeleteVpnAttachment failed: Forbidden',
  });
  expect(new CloudError({ ...refused, detail: 'no RAM' }).message).toBe(
    'DeleteVpnAttachment failed: Forbidden (no RAM)',
  );
  expect(new CloudError(refused)).not.toHaveProperty('cause');
});

test('an error of the cloud keeps the fields to which a caller reacts', () => {
  const fields = { ...refused, status: 403, requestId: 'r-1', retryAfterMs: 250 };
  expect(new CloudError(fields)).toMatchObject(fields);
});

test('a mistake in the configuration has an error name of its own', () => {
  expect(new ConfigError('protect.names[0]: no glob')).toMatchObject({
    name: 'ConfigError',
    message: 'protect.names[0]: no glob',
  });
});

test('a call that was stopped before it was made had no effect, and a repeated call may have had an effect', () => {
  expect(stoppedOnRequest('TagResources')).toMatchObject({
    action: 'TagResources',
    code: 'StoppedOnRequest',
    effect: 'refused',
  });
  expect(stoppedOnRequest('TagResources', true).effect).toBe('unknown');
});

test('only an error of the cloud counts as a failed call, and any other error passes through', () => {
  const error = new CloudError(refused);
  expect(toCloudError(error)).toBe(error);
  expect(() => toCloudError(new TypeError('a defect'))).toThrow(new TypeError('a defect'));
});

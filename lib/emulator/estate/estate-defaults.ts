/** When things were made that do not say so: long enough ago to be older than any protection by age. */
export const longAgoMs = Date.UTC(2023, 10, 14, 22, 13, 20);
export const longAgo = '2023-11-14T22:13Z';

export const defaultAccountId = '1000000000000001';

/** The key of an account that a file does not describe. It opens nothing but an emulator. */
export const defaultKey = {
  accessKeyId: 'LTAIemulator0000000001',
  accessKeySecret: 'canary-secret-emulator-0000000001',
  user: 'emulator',
};

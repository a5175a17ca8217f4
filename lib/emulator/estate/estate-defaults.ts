/** When things were made that do not say so: long enough ago to be older than any protection by age. */
export const LONG_AGO_MS = Date.UTC(2023, 10, 14, 22, 13, 20);
export const LONG_AGO = '2023-11-14T22:13Z';

export const DEFAULT_ACCOUNT_ID = '1000000000000001';

/** The key of an account that a file does not describe. It opens nothing but an emulator. */
export const DEFAULT_KEY = {
  accessKeyId: 'LTAIemulator0000000001',
  accessKeySecret: 'canary-secret-emulator-0000000001',
  user: 'emulator',
};

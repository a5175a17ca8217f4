/** The default creation time. It is older than any protection by age. */
export const LONG_AGO_MS = Date.UTC(2023, 10, 14, 22, 13, 20);
export const LONG_AGO = '2023-11-14T22:13Z';

export const DEFAULT_ACCOUNT_ID = '1000000000000001';

/** The key of the default account. It opens nothing but an emulator. */
export const DEFAULT_KEY = {
  accessKeyId: 'LTAIemulator0000000001',
  accessKeySecret: 'canary-secret-emulator-0000000001',
  user: 'emulator',
};

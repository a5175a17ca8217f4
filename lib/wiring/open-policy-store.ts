import type { Policy } from '../core/domain/policy.ts';
import type { ReportStore } from '../core/store/store.ts';
import type { StoreTime } from '../store/folder-store.ts';
import { openStore } from '../store/open-store.ts';

/**
 * The store of the policy. Undefined if the policy has no store, which is the default.
 *
 * @throws ConfigError for a folder that is not a store, before any call to the cloud
 */
export const openPolicyStore = async (
  { store: folder }: Pick<Policy, 'store'>,
  time: StoreTime,
): Promise<ReportStore | undefined> => (folder === undefined ? undefined : await openStore(folder, time));

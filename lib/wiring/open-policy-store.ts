import type { Policy } from '../core/domain/policy.ts';
import type { ReportStore } from '../core/store/store.ts';
import type { StoreTime } from '../store/folder-store.ts';
import { openStore } from '../store/open-store.ts';

/**
 * The store that the policy asks for; undefined when it asks for none, which is the default.
 *
 * @throws ConfigError for a folder that is no store, before any call to the cloud
 */
export const openPolicyStore = async (
  { store: folder }: Pick<Policy, 'store'>,
  time: StoreTime,
): Promise<ReportStore | undefined> => (folder === undefined ? undefined : await openStore(folder, time));

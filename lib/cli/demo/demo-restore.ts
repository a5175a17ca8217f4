import type { Clock } from '../../core/domain/cloud-api.ts';
import type { ConnectionId } from '../../core/domain/estate.ts';
import type { Policy } from '../../core/domain/policy.ts';
import type { Store } from '../../core/store/store.ts';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import { chooseBackup, findBackups } from '../../undo/find-backups.ts';
import { lookAtEstate } from '../../undo/restore/estate-now.ts';
import { type RestoreResult, runRestore } from '../../undo/restore/run-restore.ts';
import { connectRestore } from '../../wiring/create-restore-deps.ts';
import type { Environment } from '../../wiring/create-sweep-deps.ts';

type Demo = {
  readonly env: Environment;
  readonly emulator: RunningEmulator;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly store: Store;
};

/** Restores a connection of the demo from its backup in the store. */
export async function restoreOne(
  connectionId: ConnectionId,
  { env, emulator, policy, clock, store }: Demo,
): Promise<RestoreResult> {
  const chosen = chooseBackup(await findBackups(store, connectionId));
  if (chosen === undefined) {
    throw new Error(`the demo has no backup of ${connectionId}`);
  }
  const credentials = async () => emulator;
  const observer = { onCall: () => undefined, onRetry: () => undefined };
  const { api, close } = connectRestore({ env, credentials, route: undefined, policy, clock, observer });
  try {
    const now = await lookAtEstate(api, chosen.backup);
    const pollIntervalMs = policy.wait.pollIntervalMs;
    return await runRestore(chosen.backup, now, undefined, { api, clock, pollIntervalMs, onStep: () => undefined });
  } finally {
    close();
  }
}

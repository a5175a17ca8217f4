import { ConfigError } from '../../core/domain/errors.ts';
import type { Store } from '../../core/store/store.ts';
import { StoreError } from '../../core/store/store-error.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import { type FoundBackup, findBackups } from '../../undo/find-backups.ts';
import { backupLines } from '../../undo/restore/restore-text.ts';
import { openPolicyStore } from '../../wiring/open-policy-store.ts';
import { EXIT } from '../exit-code.ts';
import type { FormatOptions } from '../formats.ts';
import type { Io } from '../io.ts';
import { createOutput } from '../output.ts';

/** The policy file and the store folder. The environment is the fallback for both values. */
export type StoreOptions = { readonly policy?: string; readonly store?: string };

export type BackupsOptions = FormatOptions & StoreOptions;

/** Lists the backups. Changes nothing. */
export async function backupsCommand(id: string | undefined, options: BackupsOptions, io: Io): Promise<number> {
  const store = await openBackups(options, io);
  const found = await readBackups(store, id);
  const data = {
    backups: found.map(({ path, connectionId, reading }) => ({
      path,
      connectionId,
      ...('problem' in reading ? { problem: reading.problem } : toFacts(reading.backup)),
    })),
  };
  createOutput(io, options).answer({ kind: 'undo', data, lines: backupLines(found) });
  return found.some(({ reading }) => 'problem' in reading) ? EXIT.incomplete : EXIT.nothingLeft;
}

type Right = Extract<FoundBackup['reading'], { backup: unknown }>['backup'];

const toFacts = ({ takenAt, runId, accountId, regionId, connection, attachment, verdict }: Right) => ({
  takenAt,
  runId,
  accountId,
  regionId,
  name: connection.Name ?? null,
  attachedTo: attachment?.TransitRouterId ?? null,
  rule: verdict.rule,
  since: verdict.since,
});

/** The store that contains the backups. Throws `ConfigError` if no store is named or the folder is not a store. */
export async function openBackups({ policy: file, store: folder }: StoreOptions, io: Io): Promise<Store> {
  const { env, readFile, clock } = io;
  const { policy } = loadPolicy({ env, file, store: folder, readFile });
  const store = await openPolicyStore(policy, { clock, deadlineMs: Number.POSITIVE_INFINITY });
  if (store === undefined) {
    throw new ConfigError('no store is named: give --store, set SWEEP_STORE, or name a policy that has a store');
  }
  return store;
}

/** Like `findBackups`, but throws `ConfigError` for an unreadable store. */
export async function readBackups(store: Store, id: string | undefined): Promise<readonly FoundBackup[]> {
  try {
    return await findBackups(store, id);
  } catch (error) {
    throw error instanceof StoreError ? new ConfigError(error.message) : error;
  }
}

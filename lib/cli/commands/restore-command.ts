import { ConfigError } from '../../core/domain/errors.ts';
import { toIso } from '../../core/domain/time.ts';
import { toFileProblem } from '../../core/store/file-problem.ts';
import { BACKUP_FORMAT } from '../../core/store/store-layout.ts';
import type { RestoreApi } from '../../core/undo/create-api.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import { readDocumentText } from '../../store/document-text.ts';
import { type Backup, connectionIdOf } from '../../undo/backup-document.ts';
import { chooseBackup, type FoundBackup } from '../../undo/find-backups.ts';
import { type PskKeys, readPskKeys } from '../../undo/psk-keys.ts';
import { readBackup } from '../../undo/read-backup.ts';
import { lookAtEstate } from '../../undo/restore/estate-now.ts';
import { describeStep, planRestore, type RestorePlan } from '../../undo/restore/plan-restore.ts';
import { planLines, resultLines } from '../../undo/restore/restore-text.ts';
import { runRestore } from '../../undo/restore/run-restore.ts';
import { openAccess } from '../../wiring/access/open-access.ts';
import { connectRestore } from '../../wiring/create-restore-deps.ts';
import { EXIT } from '../exit-code.ts';
import type { FormatOptions } from '../formats.ts';
import { Interrupted, type Io } from '../io.ts';
import { createOutput, type Output } from '../output.ts';
import { createScreen } from '../session/screen.ts';
import { openBackups, readBackups, type StoreOptions } from './backups-command.ts';

export type RestoreOptions = FormatOptions &
  StoreOptions & {
    readonly profile?: string;
    readonly backup?: string;
    /** Milliseconds since the epoch. */
    readonly at?: number;
    readonly pskFile?: string;
    readonly yes?: true;
    readonly dryRun?: true;
  };

/** The backup to restore, and its path. */
type Chosen = { readonly path: string; readonly backup: Backup };

/** Restores a connection. Asks first, unless the options say `--yes`. */
export async function restoreCommand(id: string, options: RestoreOptions, io: Io): Promise<number> {
  const output = createOutput(io, options);
  const chosen = await choose(id, options, io);
  const keys = readKeys(options.pskFile, chosen.backup, io);
  const { policy } = loadPolicy({ env: io.env, file: options.policy, readFile: io.readFile });
  const observer = { onCall: () => undefined, onRetry: () => undefined };
  const { env, clock } = io;
  const access = openAccess(options, io);
  // Without credentials the restore can only fail, so it fails at once.
  await access.credentials();
  const { api, close } = connectRestore({ env, ...access, policy, clock, observer });
  try {
    return await untilCtrlC(io, async () => {
      await requireAccount(api, chosen.backup);
      return await restore({ io, options, output, api, chosen, keys, pollIntervalMs: policy.wait.pollIntervalMs });
    });
  } finally {
    close();
  }
}

type Restoring = {
  readonly io: Io;
  readonly options: RestoreOptions;
  readonly output: Output;
  readonly api: RestoreApi;
  readonly chosen: Chosen;
  readonly keys: PskKeys | undefined;
  readonly pollIntervalMs: number;
};

async function restore(restoring: Restoring): Promise<number> {
  const { io, options, output, api, chosen, keys, pollIntervalMs } = restoring;
  const { backup, path } = chosen;
  const now = await lookAtEstate(api, backup);
  const plan = planRestore(backup, now, io.clock.now());
  const asPlan = { kind: 'undo', data: toPlanData(chosen, plan), lines: planLines(backup, path, plan) } as const;
  if (plan.stops.length > 0) {
    output.answer(asPlan);
    return EXIT.badUsage;
  }
  if (plan.steps.length === 0) {
    output.answer(asPlan);
    return plan.needed.length > 0 ? EXIT.incomplete : EXIT.nothingLeft;
  }
  if (options.dryRun) {
    output.answer(asPlan);
    return EXIT.orphansRemain;
  }
  if (!options.yes) {
    if (!output.canAsk) {
      output.answer(asPlan);
      output.say('Nothing was changed: there is no terminal to ask on. Restore with --yes to carry it out.');
      return EXIT.badUsage;
    }
    output.preview(asPlan);
    const reply = await io.ask(`\nTo restore it, type ${plan.oldId}: `);
    if (reply === 'cancelled') {
      throw new Interrupted('interrupted; nothing was changed');
    }
    if (reply === 'no-more-input' || reply.text.trim() !== plan.oldId) {
      output.answer(asPlan);
      output.say('Nothing was changed.');
      return EXIT.orphansRemain;
    }
  } else {
    output.preview(asPlan);
  }

  let doing = '';
  const screen = createScreen(output.log, io.clock, () => doing);
  const onStep = (sentence: string) => {
    doing = sentence;
    screen.line(sentence);
  };
  const deps = { api, clock: io.clock, pollIntervalMs, onStep };
  const result = await runRestore(backup, now, keys, deps).finally(screen.close);
  const after = planRestore(backup, await lookAtEstate(api, backup), io.clock.now());
  const isWhole = result.failed.length === 0 && after.needed.length === 0;
  const data = { ...result, restored: isWhole, backup: path, losses: plan.losses, needed: after.needed };
  const lines = ['', ...resultLines(result), ...after.needed.map((line) => `  - ${line}`)];
  output.answer({ kind: 'undo', data, lines });
  return isWhole ? EXIT.nothingLeft : EXIT.incomplete;
}

const toPlanData = ({ backup, path }: Chosen, plan: RestorePlan) => ({
  ...plan,
  steps: plan.steps.map((step) => describeStep(step, backup)),
  backup: path,
  takenAt: backup.takenAt,
});

/** Throws `ConfigError` if there is no usable backup. */
async function choose(id: string, options: RestoreOptions, io: Io): Promise<Chosen> {
  const { backup: file, at } = options;
  if (file !== undefined) {
    return readFileBackup(id, file, io);
  }
  const opened = await openBackups(options, io);
  const found = await readBackups(opened, id);
  const chosen = chooseBackup(found, at);
  if (chosen !== undefined) {
    return { ...chosen, path: `${opened.folder}/${chosen.path}` };
  }
  throw new ConfigError(whyNone(id, opened.folder, found, at));
}

function whyNone(id: string, folder: string, found: readonly FoundBackup[], at: number | undefined): string {
  const wrong = found.flatMap(({ path, reading }) => ('problem' in reading ? [`${path}: ${reading.problem}`] : []));
  const until = at === undefined ? '' : ` taken until ${toIso(at)}`;
  return [`${JSON.stringify(folder)} has no backup of ${id}${until} that can be used`, ...wrong].join('\n');
}

function readFileBackup(id: string, file: string, io: Io): Chosen {
  const refuse = (why: string) => new ConfigError(`--backup ${JSON.stringify(file)}: ${why}`);
  const read = readDocumentText(Buffer.from(readText(file, '--backup', io)), BACKUP_FORMAT);
  if (read.kind !== 'document') {
    throw refuse(read.kind === 'absent' ? 'it is not there' : read.reason);
  }
  const found = readBackup(read.document);
  if ('problem' in found) {
    throw refuse(found.problem);
  }
  if (connectionIdOf(found.backup) !== id) {
    throw refuse(`it is a backup of ${connectionIdOf(found.backup)}, and not of ${id}`);
  }
  return { path: file, backup: found.backup };
}

function readText(file: string, flag: string, io: Io): string {
  try {
    return io.readFile(file);
  } catch (error) {
    throw new ConfigError(`${flag} ${JSON.stringify(file)} cannot be read: ${toFileProblem(error)}`);
  }
}

function readKeys(file: string | undefined, backup: Backup, io: Io): PskKeys | undefined {
  if (file === undefined) {
    return undefined;
  }
  return readPskKeys(readText(file, '--psk-file', io), file, backup);
}

async function requireAccount(api: RestoreApi, { accountId }: Backup): Promise<void> {
  const own = await api.getAccountId();
  if (own !== accountId) {
    throw new ConfigError(`the backup is of account ${accountId}, and the credentials are of account ${own}`);
  }
}

/** If Ctrl-C stops the restore, the next restore finds the resources that this restore has created. */
async function untilCtrlC<T>(io: Io, task: () => Promise<T>): Promise<T> {
  let giveUp: (reason: Interrupted) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const ignore = io.onStop(() => giveUp(new Interrupted('interrupted. Run it again, and it goes on')));
  try {
    return await Promise.race([task(), interrupted]);
  } finally {
    ignore();
  }
}

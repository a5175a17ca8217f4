import type { Defect } from '../defect.ts';

/** Mistakes about the store, its backups and its file `STOP`. */
export const STORE_DEFECTS: readonly Defect[] = [
  {
    id: 'stop-file-ignored',
    happened: 'A person had made the file STOP, and deletions went on.',
    file: 'lib/sweep/steps/stop-file.ts',
    from: 'if (await store.isStopped()) {',
    to: "if ((await store.isStopped()) && store.folder === '') {",
    promise: 'S12',
  },
  {
    id: 'day-counts-what-is-stored-alone',
    happened: 'Twenty deletions began at the same time, and each saw a day in which none had begun.',
    file: 'lib/sweep/steps/day-limit.ts',
    from: 'day.taken.add(judged.verdict.connection.connectionId);',
    to: 'day.taken.clear();',
    promise: 'S7',
  },
  {
    id: 'unstored-result-is-complete',
    happened: 'A result could not be stored, and the run ended as complete.',
    file: 'lib/sweep/run-sweep.ts',
    from: "{ ...result, status: 'incomplete', notStored }",
    to: '{ ...result, notStored }',
    promise: 'S14',
  },
  {
    id: 'stuck-ones-use-up-the-day',
    happened: 'Connections that failed in each run used up the limit of each day, and the rest never had a turn.',
    file: 'lib/sweep/steps/day-limit.ts',
    from: 'day.isClosed = true;',
    to: 'day.isClosed = false;',
    promise: 'liveness',
  },
  {
    id: 'no-backup',
    happened: 'A connection was deleted without a backup of its settings.',
    file: 'lib/sweep/steps/back-up.ts',
    from: 'await backups.writing.run(() => keep(backups.store, path, backup));',
    to: 'await backups.writing.run(() => Promise.resolve());',
    promise: 'S15',
  },
  {
    id: 'backup-not-read-back',
    happened: 'A backup was cut off while it was written, and nobody read it until months later, when it was needed.',
    file: 'lib/sweep/steps/back-up.ts',
    from: "if (read.kind !== 'document') {",
    to: "if (read.kind !== 'document') { return; }\n  if (Number.isNaN(path.length)) {",
    promise: 'S15',
  },
  {
    id: 'backup-without-routes',
    happened: 'A run took its backup while another run was detaching the connection. A restore found no routes in it.',
    file: 'lib/sweep/steps/back-up.ts',
    from: "if (attachment.status !== 'Attached') {",
    to: "if (attachment.status === 'unknown') {",
    promise: 'S15',
  },
];

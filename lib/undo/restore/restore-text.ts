import { type Backup, connectionIdOf } from '../backup-document.ts';
import type { FoundBackup } from '../find-backups.ts';
import type { Difference } from './compare.ts';
import { describeStep, type RestorePlan } from './plan-restore.ts';
import type { RestoreResult } from './run-restore.ts';

/** Lines for a person. They may contain other people's names and tags, which are not yet printable. */

const listed = (title: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : ['', title, ...items.map((item) => `  - ${item}`)];

/** The effects of a restore, and the properties that will differ. */
export function planLines(backup: Backup, path: string, plan: RestorePlan): readonly string[] {
  const { oldId, targetId, steps } = plan;
  const name = backup.connection.Name;
  const from = `${oldId}${typeof name === 'string' && name !== '' ? ` (${name})` : ''} in ${backup.regionId}, account ${backup.accountId}`;
  const goesOn =
    targetId === undefined
      ? []
      : [
          targetId === oldId
            ? `${oldId} still exists.`
            : `${targetId} was restored from it before: this goes on with it.`,
        ];
  return [
    `${from}, from its backup of ${backup.takenAt}`,
    path,
    ...goesOn,
    ...listed('Stopped, and nothing was written:', plan.stops),
    ...(steps.length === 0 ? ['', 'Nothing is left to do.'] : []),
    ...listed(
      'Steps:',
      steps.map((step) => describeStep(step, backup)),
    ),
    ...(steps.length === 0 ? [] : listed('Different from before:', plan.differences)),
    ...listed('Cannot come back:', plan.losses),
    ...listed('Needed from the owner of the transit router:', plan.needed),
  ];
}

/** The end of a restore. */
export function resultLines({ oldId, connectionId, failed, differences }: RestoreResult): readonly string[] {
  const isWhole = failed.length === 0;
  return [
    connectionId === undefined
      ? `${oldId} was not restored.`
      : `${oldId} is ${isWhole ? '' : 'partly '}restored${connectionId === oldId ? '' : ` as ${connectionId}`}.`,
    ...listed(
      'Not done. Run this again once the reason is gone:',
      failed.map(({ step, why }) => `${step}: ${why}`),
    ),
    ...listed('Different from the backup:', differences.map(differenceLine)),
  ];
}

const differenceLine = ({ field, before, now }: Difference): string =>
  `${field}: ${before ?? '(none)'} before, ${now ?? '(none)'} now`;

/** The backups in a store. */
export function backupLines(found: readonly FoundBackup[]): readonly string[] {
  if (found.length === 0) {
    return ['There is no backup.'];
  }
  return found.flatMap(({ path, connectionId, reading }) => {
    if ('problem' in reading) {
      return [`${connectionId}  no right backup: ${reading.problem}`, `  ${path}`];
    }
    const { backup } = reading;
    const { takenAt, accountId, regionId, connection, attachment } = backup;
    const held = attachment === null ? 'bound to nothing' : `attached to ${attachment.TransitRouterId}`;
    return [
      `${connectionIdOf(backup)}  ${takenAt}  ${accountId} ${regionId}  ${held}  ${connection.Name ?? ''}`.trimEnd(),
      `  ${path}`,
    ];
  });
}

import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import { count } from '../../report/text/summary.ts';
import type { RestoreResult } from '../../undo/restore/run-restore.ts';
import { EXIT } from '../exit-code.ts';
import type { DemoRun } from './demo-runs.ts';
import type { Story } from './demo-story.ts';

type Played = {
  /** The number of connections at the start. */
  readonly connections: number;
  readonly planned: DemoRun;
  readonly sweeps: readonly [DemoRun, DemoRun];
  /** The connection that its owner kept. */
  readonly saved: { readonly id: string };
  /** The restore of a held connection, and of a deleted connection. */
  readonly attached: RestoreResult;
  readonly created: RestoreResult;
};

/**
 * Tells the end of the story from the estate itself, independently of the results of sweeps and restores. Exits like a
 * run.
 */
export function conclude(story: Story, { estate }: RunningEmulator, played: Played): number {
  const { connections, planned, sweeps, saved, attached, created } = played;
  const left = new Set(estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId));
  const bound = new Set(estate.attachments.map(({ VpnId }) => VpnId));
  const inUse = [...planned.kept].filter(([, { verdict }]) => verdict === 'in-use').map(([id]) => id);
  const alive = inUse.filter((id) => left.has(id));
  const deleted = sweeps.flatMap(({ result }) =>
    result.outcomes.filter(({ outcome }) => outcome === 'deleted').map(({ connectionId }) => connectionId),
  );
  const lingering = deleted.filter((id) => left.has(id));
  const restored = [attached, created].flatMap(({ connectionId: id, failed }) =>
    id !== undefined && failed.length === 0 && left.has(id) && bound.has(id) ? [id] : [],
  );
  const undone = restored.length === 2 ? 'Both connections' : `${restored.length} of the 2 connections`;
  story.chapter(
    '7. What is left',
    `${deleted.length} of ${count(connections, 'connection')} were deleted, and each was read back as gone. ` +
      `${undone} that somebody missed are attached again, one of them under a new id. ` +
      `Still there: all that were in use (${alive.length} of ${inUse.length}), and the one whose owner spoke up` +
      `${left.has(saved.id) ? '' : ' (it is gone!)'}. The ${left.size} that are left are`,
  );
  const [, last] = sweeps;
  story.tally(last, [{ verdict: 'restored', reason: 'created again after its deletion' }]);
  const isGood =
    sweeps.every(({ result }) => result.status === 'complete') &&
    alive.length === inUse.length &&
    lingering.length === 0 &&
    left.has(saved.id) &&
    restored.length === 2;
  return isGood && deleted.length > 0 ? EXIT.nothingLeft : EXIT.unexpected;
}

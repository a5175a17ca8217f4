import type { Outcome } from '../../core/domain/outcome.ts';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import { formatMoment } from '../../report/text/moment-text.ts';
import { count } from '../../report/text/summary.ts';
import type { Io } from '../io.ts';
import { createOutput } from '../output.ts';
import { conclude } from './demo-end.ts';
import { tellMessage } from './demo-message.ts';
import { digestSweeps, leavePage } from './demo-page.ts';
import { createDemoRuns, type DemoRun, HOLD_HOURS } from './demo-runs.ts';
import { createStory, type Story } from './demo-story.ts';

const HOUR_MS = 3_600_000;
/** A little longer than the hold, and shorter than `marks.maxGap`. */
const HELD_HOURS = HOLD_HOURS + 1;

/**
 * Plans, marks and sweeps an emulated cloud, undoes a detach, sweeps again and undoes a deletion. Days pass on the
 * sweeper's clock. At the end it checks the estate.
 */
export async function playOne(
  emulator: RunningEmulator,
  { connections, regions }: { readonly connections: number; readonly regions: readonly string[] },
  io: Io,
): Promise<number> {
  const folder = io.temporaryPath('store');
  const { policy, run, restore, pass } = await createDemoRuns(emulator, folder, io);
  const output = createOutput(io);
  const story = createStory(output, policy);
  story.chapter(
    'vco-sweeper demo',
    `An emulated Alibaba Cloud in this process: ${count(connections, 'IPsec-VPN connection')} in ` +
      `${count(regions.length, 'region')}. Nothing real is touched.`,
  );

  const planned = await run('plan');
  story.chapter('1. Plan', 'What is there, and what would a sweep do? Nothing is changed.');
  story.show(planned, { planned: 2, held: 1, waiting: 6 });
  story.kept(planned);

  const marked = await run('mark');
  story.chapter(
    '2. Mark',
    `${count(marked.result.counts.marked, 'orphan')} marked with tags. ${others(marked)}Nothing is deleted before it has been an orphan ` +
      'for its whole grace, 24h here, and every run in between has seen it so.',
  );

  const saved = keepOne(emulator, marked);
  pass(25 * HOUR_MS);
  story.chapter(
    '3. Sweep, 25h later',
    `The sweeper's clock is moved on: what was marked is due now. Meanwhile the owner of ${saved.name} (${saved.id}) has tagged it vco-sweeper:keep. ` +
      `Connections that are detached now are held for ${HOLD_HOURS}h, as the policy says, and deleted after that.`,
  );
  const swept = await run('sweep');
  story.show(swept, {
    failed: 5,
    blocked: 1,
    held: 3,
    deleted: 3,
    'already-gone': 1,
    deferred: 2,
    marked: 1,
    waiting: 1,
  });
  whyDeleted(story, swept);

  const undo = async (connectionId: string) => {
    const result = await restore(connectionId);
    story.undone(`${io.invokedAs} restore ${connectionId} --store ${folder}`, result);
    return result;
  };
  const [missed, missedLater] = heldOf(swept);
  story.chapter(
    '4. Undo a detach',
    `Somebody misses ${nameOf(missed)}. It is bound to nothing, and held until ${formatMoment(Date.parse(missed.heldUntil ?? ''))}. It is attached again:`,
  );
  const attached = await undo(missed.connectionId);

  pass(HELD_HOURS * HOUR_MS);
  const sweptAgain = await run('sweep');
  story.chapter(`5. Sweep, ${HELD_HOURS}h later`, 'The hold of the others is over.');
  story.show(sweptAgain, { failed: 5, held: 3, deleted: 3, 'already-gone': 1, deferred: 2 });

  story.chapter(
    '6. Undo a deletion',
    `Somebody misses ${nameOf(missedLater)}, which is deleted by now. It is created again from its backup:`,
  );
  const created = await undo(missedLater.connectionId);

  const exitCode = conclude(story, emulator, {
    connections,
    planned,
    sweeps: [swept, sweptAgain],
    saved,
    attached,
    created,
  });
  const digest = digestSweeps([swept.result, sweptAgain.result]);
  await tellMessage('8. The message', digest, { emulator, output, io });
  story.say(`Try it: ${io.invokedAs} emulator, then plan, explain and sweep with the endpoints and key it prints.`);
  story.say('');
  story.say(`Results and backups are in ${folder}`);
  story.say(leavePage(digest, io));
  return exitCode;
}

/** The orphans that this run did not mark. Together with the marked orphans they are all orphans of the plan. */
function others({ result: { counts } }: DemoRun): string {
  const kinds = [
    ...(counts.planned > 0 ? [`${counts.planned} are due already`] : []),
    ...(counts.waiting > 0 ? [`${counts.waiting} had a mark from before`] : []),
    ...(counts.held > 0 ? [`${counts.held} was detached before and is held`] : []),
    ...(counts.blocked > 0 ? [`${counts.blocked} are blocked`] : []),
  ];
  return kinds.length === 0 ? '' : `Of the others ${kinds.join(', ')}. `;
}

/** The owner of a marked connection wants to keep it. */
function keepOne(emulator: RunningEmulator, { result, names }: DemoRun): { id: string; name: string } {
  const id = result.outcomes.find(({ outcome }) => outcome === 'marked')?.connectionId;
  const connection = emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === id);
  if (id === undefined || connection === undefined) {
    throw new Error('the demo marked nothing');
  }
  connection.tags = { ...connection.tags, 'vco-sweeper:keep': 'true' };
  return { id, name: names.get(id) ?? '' };
}

/** The evidence of a deletion, as the result and the log show it. */
function whyDeleted(story: Story, { result, names }: DemoRun): void {
  const one = result.outcomes.find(({ outcome, rule }) => outcome === 'deleted' && rule === 'unassociated');
  if (one === undefined) {
    return;
  }
  story.say('');
  story.say(
    `Why was ${names.get(one.connectionId) ?? ''} (${one.connectionId}) deleted? The evidence is in result and log:`,
  );
  story.list(one.evidence);
}

/** Two connections that were detached by this sweep. */
function heldOf({ result }: DemoRun): readonly [Outcome, Outcome] {
  const [first, second] = result.outcomes.filter(
    ({ outcome, attachedTo }) => outcome === 'held' && attachedTo !== null,
  );
  if (first === undefined || second === undefined) {
    throw new Error('the demo holds too few connections');
  }
  return [first, second];
}

const nameOf = ({ name, connectionId }: Outcome): string => `${name} (${connectionId})`;

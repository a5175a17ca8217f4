import { ConfigError } from '../../core/domain/errors.ts';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import { generateEstate } from '../../emulator/generate/generate-estate.ts';
import { startEmulator } from '../../emulator/start-emulator.ts';
import { count } from '../../report/text/summary.ts';
import { EXIT } from '../exit-code.ts';
import { Interrupted, type Io } from '../io.ts';
import { createOutput } from '../output.ts';
import { digestRun, leavePage } from './demo-page.ts';
import { createDemoRuns, type DemoRun } from './demo-runs.ts';
import { createStory, type Story } from './demo-story.ts';
import { playPlatform } from './platform-demo.ts';
import { startPlatform } from './platform-nights.ts';

const HOUR_MS = 3_600_000;
const ESTATE = { seed: 7, connections: 60, regions: ['cn-hangzhou', 'cn-shanghai', 'ap-southeast-1'] };

export type DemoOptions = {
  /** Left out: one account, and no Function Compute. */
  readonly accounts?: number;
  /** How many of them do not let the sweep in. */
  readonly refused?: number;
};

/** Show all there is on an emulated cloud: one run after another here, or the whole platform. */
export async function demoCommand({ accounts, refused }: DemoOptions, io: Io): Promise<number> {
  if (accounts === undefined) {
    if (refused !== undefined) {
      throw new ConfigError('--refused goes with --accounts, of which it says how many refuse');
    }
    const estate = generateEstate({ ...ESTATE, nowMs: io.clock.now() });
    const emulator = await startEmulator({ estate, limits: 'off' });
    return await untilStopped(emulator, () => play(emulator, io), io);
  }
  if ((refused ?? 0) > accounts) {
    throw new ConfigError(`--refused ${refused} is more than there are: --accounts ${accounts}`);
  }
  const platform = await startPlatform(accounts, refused ?? 0, io);
  return await untilStopped(platform.emulator, () => playPlatform(platform, io), io);
}

async function untilStopped(emulator: RunningEmulator, show: () => Promise<number>, io: Io): Promise<number> {
  let ignore = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    ignore = io.onStop(() => reject(new Interrupted('interrupted')));
  });
  try {
    return await Promise.race([show(), stopped]);
  } finally {
    ignore();
    await emulator.close();
  }
}

/** Plan, mark and, a day later by the sweeper's clock, sweep an emulated cloud; then check what is left of it. */
async function play(emulator: RunningEmulator, io: Io): Promise<number> {
  const { policy, run, pass } = createDemoRuns(emulator, io);
  const story = createStory(createOutput(io), policy);
  story.chapter(
    'vco-sweeper demo',
    `An emulated Alibaba Cloud in this process: ${count(ESTATE.connections, 'IPsec-VPN connection')} in ` +
      `${count(ESTATE.regions.length, 'region')}. Nothing real is touched.`,
  );

  const planned = await run('plan');
  story.chapter('1. Plan', 'What is there, and what would a sweep do? Nothing is changed.');
  story.show(planned, { planned: 3, waiting: 6 });
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
    `The sweeper's clock is moved on: what was marked is due now. Meanwhile the owner of ${saved.name} (${saved.id}) has tagged it vco-sweeper:keep.`,
  );
  const swept = await run('sweep');
  story.show(swept, { failed: 5, blocked: 1, deleted: 6, 'already-gone': 1, deferred: 2, marked: 1, waiting: 1 });
  whyDeleted(story, swept);
  const exitCode = conclude(story, emulator, { planned, swept, savedId: saved.id, invokedAs: io.invokedAs });
  story.say('');
  story.say(leavePage(digestRun(swept.result), io));
  return exitCode;
}

/** The orphans that were not marked now, so that with those that were they are all that the plan found. */
function others({ result: { counts } }: DemoRun): string {
  const kinds = [
    ...(counts.planned > 0 ? [`${counts.planned} are due already`] : []),
    ...(counts.waiting > 0 ? [`${counts.waiting} had a mark from before`] : []),
    ...(counts.blocked > 0 ? [`${counts.blocked} are blocked`] : []),
  ];
  return kinds.length === 0 ? '' : `Of the others ${kinds.join(', and ')}. `;
}

/** The owner of one marked connection wants to keep it. */
function keepOne(emulator: RunningEmulator, { result, names }: DemoRun): { id: string; name: string } {
  const id = result.outcomes.find(({ outcome }) => outcome === 'marked')?.connectionId;
  const connection = emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === id);
  if (id === undefined || connection === undefined) {
    throw new Error('the demo marked nothing');
  }
  connection.tags = { ...connection.tags, 'vco-sweeper:keep': 'true' };
  return { id, name: names.get(id) ?? '' };
}

/** One deletion's evidence, as it is in the result and the log. */
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

/** What is left, looked up in the estate itself and not in what the sweep says of it. */
function conclude(
  story: Story,
  emulator: RunningEmulator,
  { planned, swept, savedId, invokedAs }: { planned: DemoRun; swept: DemoRun; savedId: string; invokedAs: string },
): number {
  const left = new Set(emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId));
  const { counts, outcomes, status } = swept.result;
  const inUse = [...planned.kept].filter(([, { verdict }]) => verdict === 'in-use').map(([id]) => id);
  const alive = inUse.filter((id) => left.has(id));
  const lingering = outcomes.filter(({ outcome, connectionId }) => outcome === 'deleted' && left.has(connectionId));
  const detached = swept.detached > 0 ? ` (${swept.detached} of them detached first)` : '';
  story.chapter(
    '4. What is left',
    `${counts.deleted} of ${count(ESTATE.connections, 'connection')} were deleted${detached}, and each was read back as gone. ` +
      `Still there: all that were in use (${alive.length} of ${inUse.length}), and the one whose owner spoke up` +
      `${left.has(savedId) ? '' : ' (it is gone!)'}. The ${left.size} that are left are`,
  );
  story.tally(swept);
  story.say('');
  story.say(`Try it: ${invokedAs} emulator, then plan, explain and sweep with the endpoints and key it prints.`);
  const good = status === 'complete' && alive.length === inUse.length && lingering.length === 0 && left.has(savedId);
  return good && counts.deleted > 0 ? EXIT.nothingLeft : EXIT.unexpected;
}

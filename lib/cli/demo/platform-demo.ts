import { listCounts, type PlaceRow, reportPlaces } from '../../report/text/dispatch-table.ts';
import type { ReportStyle } from '../../report/text/report-style.ts';
import { count } from '../../report/text/summary.ts';
import { EXIT, exitCodeOf } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { createOutput } from '../output.ts';
import { tellMessage } from './demo-message.ts';
import { digestNights, leavePage } from './demo-page.ts';
import { createTeller, type Teller } from './demo-story.ts';
import type { Night, Platform, SweepEnd } from './platform-nights.ts';

const HOUR_MS = 3_600_000;

/**
 * Runs the timer, the dispatcher, Function Compute and a sweep for each account and region on this machine. A first
 * night marks, then the same tick arrives again, then a second night sweeps. At the end it shows the remaining
 * connections. Exits like a run.
 */
export async function playPlatform(platform: Platform, io: Io): Promise<number> {
  const { emulator, regions, refusing } = platform;
  const accounts = emulator.estate.accounts.length;
  const output = createOutput(io);
  const teller = createTeller(output);
  const before = idsIn(platform);
  const scopes = accounts * regions.length;
  teller.chapter(
    'vco-sweeper demo, many accounts',
    `An emulated Alibaba Cloud on this machine: ${count(before.size, 'IPsec-VPN connection')} in ` +
      `${count(accounts, 'account')}, ${count(regions.length, 'region')} each, and a Function Compute at ${emulator.url} ` +
      'that runs the built dispatcher and the built sweep in processes of their own. Nothing real is touched.',
  );
  if (refusing.length > 0) {
    teller.say(`The role vco-sweeper of ${refusing.join(', ')} does not let the sweep in.`);
  }

  const firstMs = io.clock.now();
  const first = await platform.tick(firstMs);
  teller.chapter(
    '1. The first night',
    `The timer ticks, and the dispatcher has ${count(scopes, 'sweep')} to start, one for each account and region: ` +
      `${startedOf(first)}. Orphans are marked with tags; the few that had been marked days before go.`,
  );
  showSweeps(teller, first, output.style);

  const again = await platform.tick(firstMs);
  teller.chapter(
    '2. The same tick again',
    'Timers deliver at least once. Each sweep has an id made of tick, account and region, and Function Compute refuses ' +
      `one that it knows: ${startedOf(again)}.`,
  );

  platform.pass(25 * HOUR_MS);
  const second = await platform.tick(firstMs + 25 * HOUR_MS);
  teller.chapter(
    '3. The next night',
    'All dates in the emulated cloud are moved back by 25h: what was marked is due now, and is detached where it has ' +
      `to be, deleted, and read back as gone. The timer ticks: ${startedOf(second)}.`,
  );
  showSweeps(teller, second, output.style);
  const nights = [first, again, second];
  const exitCode = conclude(teller, platform, before, nights);
  const digest = digestNights(nights, io.clock.now());
  await tellMessage('5. The message', digest, { emulator: platform.emulator, output, io });
  teller.say(leavePage(digest, io));
  return exitCode;
}

const idsIn = ({ emulator }: Platform): ReadonlySet<string> =>
  new Set(emulator.estate.vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId));

function startedOf({ dispatched: { counts } }: Night): string {
  const before = counts['already-started'];
  return [
    `${counts.started === 0 ? 'none is' : `${counts.started} are`} started`,
    ...(before > 0 ? [`${before} had been started before`] : []),
  ].join(', ');
}

function showSweeps(teller: Teller, { sweeps }: Night, style: ReportStyle): void {
  const failed = sweeps.filter(({ result }) => result === undefined);
  teller.lines(`\n${reportPlaces(sweeps.map(toRow), style)}`);
  teller.say('');
  teller.say(`${sweeps.length - failed.length} done, ${failed.length} failed.`);
}

function toRow({ accountId, regionId, result, problem, attempts }: SweepEnd): PlaceRow {
  const where = { accountId, regionId };
  if (result === undefined) {
    return { ...where, state: 'failed', tone: 'bad', detail: `${problem}; run ${count(attempts, 'time')}` };
  }
  const listed = result.regions.reduce((sum, { connections }) => sum + connections, 0);
  return {
    ...where,
    state: 'done',
    tone: 'good',
    detail: `${count(listed, 'connection')}: ${listCounts(result.counts)}`,
  };
}

const ENDING: Readonly<Record<number, string>> = {
  [EXIT.nothingLeft]: 'No orphan is left in any account (exit code 0).',
  [EXIT.orphansRemain]: 'Some orphans remain: they wait, or only a person can settle them (exit code 3).',
  [EXIT.incomplete]: 'Incomplete: what the failed sweeps did not look at is as it was (exit code 4).',
  [EXIT.halted]: 'A guard halted a region (exit code 5).',
};

/** Shows the remaining connections from the estate itself, independently of the results of the sweeps. */
function conclude(teller: Teller, platform: Platform, before: ReadonlySet<string>, nights: readonly Night[]): number {
  const { refusing } = platform;
  const left = idsIn(platform);
  const outcomes = nights.flatMap(({ sweeps }) => sweeps.flatMap(({ result }) => result?.outcomes ?? []));
  const deleted = new Set(
    outcomes.filter(({ outcome }) => outcome === 'deleted').map(({ connectionId }) => connectionId),
  );
  const gone = [...before].filter((id) => !left.has(id));
  const isSo = gone.length === deleted.size && gone.every((id) => deleted.has(id));
  const exitCode = isSo ? exitCodeAfter(nights) : EXIT.unexpected;
  teller.chapter(
    '4. What is left',
    `${left.size} of ${count(before.size, 'connection')}. The sweeps say that they deleted ${deleted.size}; ` +
      `${isSo ? 'just these are gone' : `${gone.length} are gone, and these are not the same (!)`}.`,
  );
  teller.say(ENDING[exitCode] ?? '');
  teller.say('');
  teller.say(
    refusing.length > 0
      ? `To let the sweep in: docs/ram/trust/trust-member-account.json is what the role of ${refusing.join(', ')} has to trust.`
      : 'With an account that does not let the sweep in: add --refused 1. In two terminals: docs/dispatch.md.',
  );
  return exitCode;
}

/** The exit code of the last night, as if it had been a run. */
function exitCodeAfter(nights: readonly Night[]): number {
  const last = nights.at(-1)?.sweeps ?? [];
  const codes = last.map(({ result }) => (result === undefined ? EXIT.incomplete : exitCodeOf(result)));
  return [EXIT.incomplete, EXIT.halted, EXIT.orphansRemain].find((code) => codes.includes(code)) ?? EXIT.nothingLeft;
}

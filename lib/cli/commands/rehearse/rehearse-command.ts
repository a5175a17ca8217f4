import { parseEstateFile } from '../../../emulator/estate/parse-estate.ts';
import { loadPolicy } from '../../../policy/load-policy.ts';
import { liveNights } from '../../../rehearse/nights/live-nights.ts';
import type { Rehearsal } from '../../../rehearse/nights/rehearsal.ts';
import { rehearsalScope } from '../../../rehearse/nights/rehearsal-scope.ts';
import { startMomentOf } from '../../../rehearse/nights/start-moment.ts';
import { findLost, readExpectedIds } from '../../../rehearse/told/expected-ids.ts';
import { rehearsalData } from '../../../rehearse/told/rehearsal-data.ts';
import { rehearsalLines } from '../../../rehearse/told/rehearsal-lines.ts';
import { EXIT } from '../../exit-code.ts';
import type { FormatOptions } from '../../formats.ts';
import type { Io } from '../../io.ts';
import { createOutput, type Output } from '../../output.ts';
import { createScreen } from '../../session/screen.ts';
import { readOptionFile } from './option-file.ts';

export type RehearseOptions = FormatOptions & {
  readonly estate: string;
  readonly policy?: string;
  readonly nights?: number;
  /** Milliseconds. */
  readonly every?: number;
  readonly html?: string;
  readonly expect?: string;
};

const NIGHTS_DEFAULT = 30;
const EVERY_MS_DEFAULT = 86_400_000;

/** Rehearses nights of sweeps on an estate, and shows the effects. Calls no cloud and reads no credentials. */
export async function rehearseCommand(options: RehearseOptions, io: Io): Promise<number> {
  const { env, readFile } = io;
  const output = createOutput(io, options);
  const { policy: declared, origin } = loadPolicy({ env, file: options.policy, readFile });
  const parsed = parseEstateFile(readOptionFile('--estate', options.estate, io), options.estate);
  const expected =
    options.expect === undefined ? [] : readExpectedIds(readOptionFile('--expect', options.expect, io), options.expect);
  const scope = rehearsalScope(declared, parsed);
  const { nights = NIGHTS_DEFAULT, every: everyMs = EVERY_MS_DEFAULT } = options;
  const startMs = startMomentOf(parsed);
  const request = { scope, origin, estate: parsed.estate, startMs, nights, everyMs };
  const rehearsal = await watched(io, output, nights, (onNight) => liveNights({ ...request, onNight }));
  const expectation = { expected, lost: findLost(expected, rehearsal) };
  output.answer({
    kind: 'rehearsal',
    data: rehearsalData(rehearsal, expectation),
    lines: rehearsalLines(rehearsal, options.estate, expectation),
    digest: rehearsal.digest,
  });
  return exitCodeOf(rehearsal, expectation.lost.length);
}

async function watched(
  io: Io,
  output: Output,
  nights: number,
  live: (onNight: () => void) => Promise<Rehearsal>,
): Promise<Rehearsal> {
  let lived = 0;
  const screen = createScreen(output.log, io.clock, () => `night ${Math.min(lived + 1, nights)} of ${nights}`);
  try {
    return await live(() => {
      lived += 1;
      screen.update();
    });
  } finally {
    screen.close();
  }
}

/** The output names an incomplete night, but it is no failure if a later night was complete. */
function exitCodeOf({ last }: Rehearsal, lost: number): number {
  if (lost > 0) {
    return EXIT.orphansRemain;
  }
  return last.status === 'incomplete' ? EXIT.incomplete : EXIT.nothingLeft;
}

import { toPrintable } from '../../../core/text/printable.ts';
import { formatExport } from '../../../rehearse/export/format-export.ts';
import { readPlaces } from '../../../rehearse/export/read-places.ts';
import { toEstate } from '../../../rehearse/export/to-estate.ts';
import { count } from '../../../report/text/summary.ts';
import { EXIT } from '../../exit-code.ts';
import type { Io } from '../../io.ts';
import type { RunOptions } from '../../run-options.ts';
import { openSession } from '../../session/open-session.ts';
import { openPrivateFile } from './option-file.ts';

export type ExportOptions = Pick<RunOptions, 'profile' | 'policy' | 'account' | 'region'> & { readonly out: string };

/**
 * Writes the data that `plan` reads as an estate of the emulator. Only reads the cloud. If a place is unreadable, it
 * writes no file.
 */
export async function exportCommand(options: ExportOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const { output, policy, scope } = session;
  const write = openPrivateFile('--out', options.out, io);
  const request = { policy, parts: [scope.narrow('plan')], defaultRegion: scope.defaultRegion };
  const reading = await session.read((deps) => readPlaces(request, deps), 'without a store');
  if (reading.unread.length > 0) {
    for (const problem of reading.unread) {
      output.complain(`not read: ${problem}`);
    }
    output.complain(`${options.out} was not written, because it would not be whole`);
    return EXIT.incomplete;
  }
  write(formatExport(toEstate(reading, policy, io.clock.now())));
  const { places } = reading;
  const connections = places.reduce((sum, place) => sum + place.connections.length, 0);
  output.print(`${toPrintable(options.out)}: ${count(connections, 'connection')} in ${count(places.length, 'place')}`);
  return EXIT.nothingLeft;
}

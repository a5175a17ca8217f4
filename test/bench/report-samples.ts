import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { countOutcomes } from '../../lib/core/domain/outcome.ts';
import { aReportedOutcome, aResult } from '../support/digests.ts';

const MINUTE_MS = 60_000;
/** The report function is asked this long before midnight at most, so that all results are of the last 7 days. */
const SPREAD_MS = 6 * 86_400_000;

/** Fill a folder with the results of so many runs, each with so many outcomes, as a store of the last days has them. */
export function fillStore(folder: string, results: number, outcomesEach: number): void {
  writeFileSync(join(folder, 'vco-sweeper-store.json'), '{"format":"vco-sweeper/store@1"}\n');
  for (let run = 0; run < results; run += 1) {
    const startedMs = Date.now() - MINUTE_MS - (SPREAD_MS * run) / results;
    const startedAt = new Date(startedMs).toISOString();
    const runId = `run-${String(run).padStart(5, '0')}`;
    const accountId = String(1_000_000_000_000_000 + (run % 12));
    const outcomes = Array.from({ length: outcomesEach }, (_, index) => ({
      ...aReportedOutcome(run * outcomesEach + index),
      accountId,
    }));
    // Narrowed runs, as of events: none takes anything back that another one said, so the report lists all outcomes.
    const counts = countOutcomes(outcomes);
    const document = { format: 'vco-sweeper/result@1', ...aResult(outcomes, { runId, startedAt, counts }) };
    const sha256 = createHash('sha256').update(JSON.stringify(document)).digest('hex');
    const path = join(
      folder,
      'results',
      startedAt.slice(0, 10),
      `${startedAt.slice(11, 19).replaceAll(':', '')}Z-${runId}.json`,
    );
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ ...document, sha256 }));
  }
}

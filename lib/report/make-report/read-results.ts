import { mapConcurrent } from '../../core/concurrency/map-concurrent.ts';
import type { DispatchResult } from '../../core/domain/dispatch-result.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import type { Store } from '../../core/store/store.ts';
import { RESULT_FORMAT } from '../../core/store/store-layout.ts';
import { readResult } from '../results/read-result.ts';
import { SharedTexts } from '../results/shared-texts.ts';
import type { TimedFile } from './stored-files.ts';

type ReadResults = {
  readonly runs: readonly { readonly path: string; readonly result: RunResult }[];
  readonly dispatches: readonly { readonly path: string; readonly result: DispatchResult }[];
  /** Files that are not results. */
  readonly unusable: readonly (TimedFile & { readonly reason: string })[];
};

const READS_MAX = 8;

/** Reads results, a few at a time. Keeps a copy of each text that many outcomes share. Throws `StoreError`. */
export async function readResults(store: Pick<Store, 'get'>, files: readonly TimedFile[]): Promise<ReadResults> {
  const texts = new SharedTexts();
  const read = await mapConcurrent(files, READS_MAX, async (file) => ({
    file,
    found: readResult(await store.get(file.path, RESULT_FORMAT), texts),
  }));
  return {
    runs: read.flatMap(({ file: { path }, found }) => (found.kind === 'run' ? [{ path, result: found.result }] : [])),
    dispatches: read.flatMap(({ file: { path }, found }) =>
      found.kind === 'dispatch' ? [{ path, result: found.result }] : [],
    ),
    unusable: read.flatMap(({ file, found }) => (found.kind === 'none' ? [{ ...file, reason: found.reason }] : [])),
  };
}

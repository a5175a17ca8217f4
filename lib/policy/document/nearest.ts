/** The candidate that a mistyped word most likely meant. Undefined when no candidate is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // Much longer than any key, so it is no typo and not worth the work.
  if (word.length > 40) {
    return undefined;
  }
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(normal(word), normal(candidate)) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best === undefined) {
    return undefined;
  }
  return best.edits <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** `per_run`, `per-run` and `perrun` differ from `perRun` by a single step. */
const normal = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/** Levenshtein distance, row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [rowIndex, fromLetter] of [...from].entries()) {
    const next = [rowIndex + 1];
    for (const [index, toLetter] of [...to].entries()) {
      const replaced = (row[index] ?? 0) + (fromLetter === toLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

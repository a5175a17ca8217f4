import { toCsv } from '../../report/csv/to-csv.ts';
import { count } from '../../report/text/summary.ts';
import { filtersOf, selectOutcomes, type View } from '../../report/view/view.ts';
import type { FileContent } from './answer-file.ts';

/** The content of `--csv`, with the number of connections in it and the number of omitted connections. */
export const csvContent = (view: View): FileContent => ({
  render: ({ result }) => toCsv(selectOutcomes(result.outcomes, view), result),
  describe: ({ result: { outcomes, outcomesOmitted = 0 } }) => {
    const shown = selectOutcomes(outcomes, view);
    const hidden = outcomes.length - shown.length;
    return [
      count(shown.length, 'connection'),
      ...(hidden > 0 ? [`${hidden} hidden by ${filtersOf(view).join(', ')}`] : []),
      ...(outcomesOmitted > 0 ? [`${outcomesOmitted} more that the function left out`] : []),
    ].join('; ');
  },
});

import type { Journal, JournalFields } from '../../lib/core/journal.ts';
import { count, toPrintable } from '../../lib/report.ts';

/** What has happened in a run so far, by its journal. */
export type Tally = {
  readonly journal: Journal;
  /** One short sentence: what is done, and what is waited for. */
  readonly status: () => string;
  /** Writes that were sent and have not been read back: `detach of vco-…`. */
  readonly underWay: () => readonly string[];
};

export function createTally(): Tally {
  const regions = new Set<string>();
  const detaching = new Set<string>();
  const deleting = new Set<string>();
  const done = { connections: 0, marks: 0, deleted: 0, failed: 0, retried: 0 };
  let waitsFor = '';

  const journal: Journal = (event, fields) => {
    const id = String(fields.connectionId ?? '');
    if (event === 'step.retried') {
      done.retried += 1;
      waitsFor = toPrintable(`${fields.action ?? 'a call'} again after ${fields.code ?? 'no answer'}`);
      return;
    }
    waitsFor = '';
    switch (event) {
      case 'region.listed':
        regions.add(`${fields.accountId} ${fields.regionId}`);
        done.connections += typeof fields.connections === 'number' ? fields.connections : 0;
        break;
      case 'mark.set':
      case 'mark.cleared':
        done.marks += 1;
        break;
      case 'detach.requested':
        detaching.add(id);
        break;
      case 'detach.done':
        detaching.delete(id);
        break;
      case 'delete.requested':
        deleting.add(id);
        break;
      case 'delete.done':
      case 'step.failed':
        if (event === 'delete.done') done.deleted += 1;
        else if (endsStep(fields)) done.failed += 1;
        detaching.delete(id);
        deleting.delete(id);
        break;
      default:
        break;
    }
  };

  const status = () => {
    const pending = [
      ...(detaching.size > 0 ? [count(detaching.size, 'detach', 'detaches')] : []),
      ...(deleting.size > 0 ? [count(deleting.size, 'delete')] : []),
      ...(waitsFor === '' ? [] : [waitsFor]),
    ];
    return [
      regions.size === 0
        ? 'reading the estate'
        : `${count(done.connections, 'connection')} in ${count(regions.size, 'region')}`,
      ...(done.marks > 0 ? [`${count(done.marks, 'mark')} written`] : []),
      ...(done.deleted > 0 ? [`${done.deleted} deleted`] : []),
      ...(done.failed > 0 ? [`${done.failed} not done`] : []),
      ...(pending.length > 0 ? [`waiting for ${pending.join(' and ')}`] : []),
    ].join(', ');
  };
  const underWay = () => [
    ...[...detaching].map((id) => `detach of ${id}`),
    ...[...deleting].map((id) => `delete of ${id}`),
  ];
  return { journal, status, underWay };
}

/** A call that failed beside the steps, such as a role that cannot be assumed, ends none of them. */
const endsStep = ({ outcome }: JournalFields): boolean => outcome !== undefined;

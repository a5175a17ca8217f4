import type { Journal, JournalEvent, JournalFields } from '../../core/domain/journal.ts';
import { placeKey } from '../../core/domain/place.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { count } from '../../report/text/summary.ts';
import type { OnReading, Reading } from '../../sweep/survey/watch-reading.ts';

/** The progress of a run, from its journal. */
export type Progress = {
  readonly journal: Journal;
  readonly onReading: OnReading;
  /** A short sentence about the finished and the pending work. */
  readonly status: () => string;
  /** Writes that were sent but not confirmed by a read: `detach of vco-…`. */
  readonly underWay: () => readonly string[];
};

type State = {
  readonly regions: Set<string>;
  readonly detaching: Set<string>;
  readonly deleting: Set<string>;
  reading: Reading | undefined;
  connections: number;
  marks: number;
  deleted: number;
  failed: number;
  /** The failed call that waits for its retry. Empty after any later event. */
  retry: string;
};

export function createProgress(): Progress {
  const state: State = {
    regions: new Set(),
    detaching: new Set(),
    deleting: new Set(),
    reading: undefined,
    connections: 0,
    marks: 0,
    deleted: 0,
    failed: 0,
    retry: '',
  };
  return {
    journal: (event, fields) => {
      state.retry = event === 'step.retried' ? `${fields.action ?? 'a call'}, again after ${fields.code}` : '';
      record(state, event, fields);
    },
    onReading: (reading) => {
      state.reading = reading;
    },
    status: () => toPrintable(describe(state)),
    underWay: () => [
      ...[...state.detaching].map((id) => `detach of ${id}`),
      ...[...state.deleting].map((id) => `delete of ${id}`),
    ],
  };
}

function record(state: State, event: JournalEvent, fields: JournalFields): void {
  const id = fields.connectionId ?? '';
  switch (event) {
    case 'region.listed':
      state.regions.add(placeKey({ accountId: fields.accountId ?? '', regionId: fields.regionId ?? '' }));
      if (typeof fields.connections === 'number') {
        state.connections += fields.connections;
      }
      break;
    case 'mark.set':
    case 'mark.cleared':
      state.marks += 1;
      break;
    case 'detach.requested':
      state.detaching.add(id);
      break;
    case 'detach.done':
      state.detaching.delete(id);
      break;
    case 'delete.requested':
      state.deleting.add(id);
      break;
    case 'delete.done':
    case 'step.failed':
      recordEnd(state, event, id, fields);
      break;
    default:
      break;
  }
}

/** A failed call outside the steps, such as a role that cannot be assumed, has no outcome and ends no step. */
function recordEnd(state: State, event: 'delete.done' | 'step.failed', id: string, { outcome }: JournalFields): void {
  if (outcome === undefined) {
    return;
  }
  if (event === 'delete.done') {
    state.deleted += 1;
  } else {
    state.failed += 1;
  }
  state.detaching.delete(id);
  state.deleting.delete(id);
}

function describe(state: State): string {
  const { regions, detaching, deleting, connections, marks, deleted, failed, retry } = state;
  const pending = [
    ...(detaching.size > 0 ? [count(detaching.size, 'detach', 'detaches')] : []),
    ...(deleting.size > 0 ? [count(deleting.size, 'delete')] : []),
    ...(retry === '' ? [] : [retry]),
  ];
  return [
    describeReading(state) ?? `${count(connections, 'connection')} in ${count(regions.size, 'region')}`,
    ...(marks > 0 ? [`${count(marks, 'mark')} written`] : []),
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    ...(failed > 0 ? [`${failed} not done`] : []),
    ...(pending.length > 0 ? [`waiting for ${pending.join(' and ')}`] : []),
  ].join(', ');
}

/** Undefined after all reads. Regions are read in parallel. */
function describeReading({ reading, regions: listed }: State): string | undefined {
  if (reading === undefined) {
    return listed.size === 0 ? 'reading the estate' : undefined;
  }
  const { connections, regionsRead, regions } = reading;
  return regionsRead === regions
    ? undefined
    : `reading the estate: ${count(connections, 'connection')} so far, ${regionsRead} of ${count(regions, 'region')} read`;
}

import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import type { JournalFields } from '../../../lib/core/domain/journal.ts';
import type { Outcome } from '../../../lib/core/domain/outcome.ts';
import type { Verdict } from '../../../lib/core/judge/judge.ts';
import type { Judged } from '../../../lib/core/plan/plan.ts';
import { type Done, endSettled, isSettled, listOutcomes } from '../../../lib/sweep/settle-outcomes.ts';
import { endWith } from '../../../lib/sweep/steps/step-result.ts';
import type { LostRegion, Survey } from '../../../lib/sweep/survey/survey.ts';
import {
  ACCOUNT,
  aConnection,
  ago,
  aPolicy,
  DAY,
  HOUR,
  judgeOne,
  NOW,
  REGION,
  tagged,
} from '../../support/builders.ts';

const MARK = { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) };

/** A due orphan, unless `change` says otherwise. */
const aVerdict = (change: Partial<Verdict> = {}): Verdict => ({
  ...judgeOne(aConnection({ tags: tagged(MARK) })),
  reason: 'as judged',
  ...change,
});
const aJudged = (change: Partial<Judged> = {}, verdict: Partial<Verdict> = {}): Judged => ({
  accountId: ACCOUNT,
  regionId: REGION,
  verdict: aVerdict(verdict),
  mode: 'sweep',
  ...change,
});

/** The outcomes of these connections, the lines of the log, and the connections that ended as planned. */
function settle(
  all: readonly Judged[],
  done: Partial<Done> = {},
  blocked: ReadonlyMap<Judged, string> = new Map(),
  lost: readonly LostRegion[] = [],
) {
  const lines: JournalFields[] = [];
  const planned: Judged[] = [];
  const survey = { regions: [{ judged: all }], lost } as unknown as Survey;
  const telling = {
    policy: aPolicy(),
    journal: (event: string, fields: JournalFields) => lines.push({ event, ...fields }),
    onPlanned: (judged: Judged) => planned.push(judged),
  };
  const whole: Done = { steps: new Map(), foreseen: new Map(), tags: new Map(), ...done };
  return { outcomes: [...listOutcomes(survey, blocked, whole, telling)], lines, planned };
}

function endOf(judged: Judged, done: Partial<Done> = {}, blocked: ReadonlyMap<Judged, string> = new Map()) {
  const [outcome] = settle([judged], done, blocked).outcomes;
  return [outcome?.outcome, outcome?.reason];
}

describe('without a step, an outcome follows from the verdict', () => {
  test.each<[verdict: Partial<Verdict>, outcome: Outcome['outcome']]>([
    [{ kind: 'not-ours' }, 'kept'],
    [{ kind: 'in-use' }, 'kept'],
    [{ kind: 'protected' }, 'protected'],
    [{ kind: 'unknown' }, 'unknown'],
    [{ kind: 'orphan' }, 'waiting'],
    [{ kind: 'half-done' }, 'waiting'],
    [{ kind: 'orphan', tagsOver: 1 }, 'blocked'],
    [{ kind: 'half-done', tagsOver: 1, heldUntilMs: NOW }, 'blocked'],
    [{ kind: 'half-done', heldUntilMs: NOW }, 'held'],
  ])('%o ends as %s', (verdict, outcome) => {
    expect(endOf(aJudged({}, verdict))).toEqual([outcome, 'as judged']);
  });

  test('the end of a hold is told', () => {
    const [outcome] = settle([aJudged({}, { kind: 'half-done', heldUntilMs: NOW })]).outcomes;
    expect(outcome?.heldUntil).toBe(ago(0));
  });
});

describe('a plan writes no marks', () => {
  const unmarked = { starting: ['unassociated'], sinceMs: undefined } as const;
  const said = 'as judged. It is not marked, because a plan writes no marks';
  test.each<[what: string, mode: Judged['mode'], verdict: Partial<Verdict>, reason: string]>([
    ['says so of an orphan without a clock', 'plan', unmarked, said],
    ['says nothing of an orphan with a clock', 'plan', { ...unmarked, sinceMs: NOW }, 'as judged'],
    ['says nothing of an orphan without a new clock', 'plan', { ...unmarked, starting: [] }, 'as judged'],
  ])('and %s', (_what, mode, verdict, reason) => {
    expect(endOf(aJudged({ mode }, verdict))).toEqual(['waiting', reason]);
  });

  test('and a run in another mode does not say so', () => {
    expect(endOf(aJudged({ mode: 'mark' }, unmarked))).toEqual(['waiting', 'as judged']);
  });
});

describe('the end of its tags', () => {
  const error = (code: string) => new CloudError({ action: 'TagResources', code, effect: 'refused' });
  test('comes before the verdict', () => {
    const judged = aJudged();
    const tags = (tag: NonNullable<ReturnType<Done['tags']['get']>>) => ({ tags: new Map([[judged, tag]]) });
    expect(endOf(judged, tags({ kind: 'gone' }))).toEqual(['already-gone', 'it was gone before anything was sent']);
    expect(endOf(judged, tags({ kind: 'changed' }))).toEqual([
      'unknown',
      'somebody changed its tags after they were read, so this run did not write its mark',
    ]);
    expect(endOf(judged, tags({ kind: 'refreshed' }))).toEqual(['waiting', 'as judged']);
    expect(endOf(judged, tags({ kind: 'cleared' }))).toEqual(['waiting', 'as judged']);
  });

  test('is a failure, and a tag that still stands always counts as failed', () => {
    const judged = aJudged();
    const failed = (stands?: true) => {
      const tag = { kind: 'failed', error: error('NumberExceed.Tags'), ...(stands && { stands }) } as const;
      return endOf(judged, { tags: new Map([[judged, tag]]) });
    };
    expect(failed()[0]).toBe('blocked');
    expect(failed(true)[0]).toBe('failed');
    expect(failed()[1]).toMatch(/^its tags could not be kept up: TagResources failed: NumberExceed\.Tags/);
  });

  test('as marked gives the time when its clock began', () => {
    const judged = aJudged({}, { sinceMs: undefined });
    const { outcomes } = settle([judged], { tags: new Map([[judged, { kind: 'marked', sinceMs: NOW }]]) });
    expect(outcomes).toMatchObject([{ outcome: 'marked', since: ago(0) }]);
  });

  test('as cleared counts for a connection in use', () => {
    const judged = aJudged({}, { kind: 'in-use' });
    expect(endOf(judged, { tags: new Map([[judged, { kind: 'cleared' }]]) })[0]).toBe('cleared');
    expect(endOf(judged, { tags: new Map([[judged, { kind: 'refreshed' }]]) })[0]).toBe('kept');
  });
});

test('a difference from the plan comes first, then tags, guards, and what a run would do', () => {
  const judged = aJudged();
  const done: Partial<Done> = {
    tags: new Map([[judged, { kind: 'gone' }]]),
    foreseen: new Map([[judged, endWith('planned', 'foreseen')]]),
  };
  const blocked = new Map([[judged, 'guarded']]);
  const unplanned = { ...judged, unplanned: 'not as planned' };
  expect(endOf(unplanned, { tags: new Map([[unplanned, { kind: 'gone' }]]) })).toEqual(['unknown', 'not as planned']);
  expect(endOf(judged, done, blocked)[0]).toBe('already-gone');
  expect(endOf(judged, { foreseen: done.foreseen ?? new Map() }, blocked)).toEqual(['blocked', 'guarded']);
  expect(endOf(judged, { foreseen: done.foreseen ?? new Map() })).toEqual(['planned', 'foreseen']);
});

test('a step result comes before all else, and has its line in the log already', () => {
  const judged = aJudged();
  const steps = new Map([
    [judged, endWith('deleted', 'gone now', { requestId: 'R-1', code: 'C', backup: 'backups/1' })],
  ]);
  const { outcomes, lines } = settle([judged], { steps, tags: new Map([[judged, { kind: 'gone' }]]) });
  expect(outcomes).toMatchObject([
    { outcome: 'deleted', reason: 'gone now', requestId: 'R-1', code: 'C', backup: 'backups/1' },
  ]);
  expect(lines).toEqual([]);
});

test('an outcome without a step has a line in the log with the same facts', () => {
  const { outcomes, lines } = settle([aJudged()]);
  const [{ requestId, ...facts } = { requestId: null }] = outcomes;
  expect(lines).toEqual([{ event: 'connection.judged', verdict: 'orphan', cloudRequestId: requestId, ...facts }]);
});

test('only connections in scope end, and only planned connections are planned', () => {
  const [inScope, outside, unplanned] = [
    aJudged(),
    aJudged({ mode: undefined }),
    aJudged({ mode: undefined, unplanned: 'not as planned' }),
  ];
  const { outcomes, planned } = settle([inScope, outside, unplanned], {
    foreseen: new Map([[inScope, endWith('planned', 'foreseen')]]),
  });
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['planned', 'unknown']);
  expect(planned).toEqual([inScope]);
});

test('connections of a region that was not read whole are unknown, unless they are not ours', () => {
  const lost: LostRegion = {
    accountId: ACCOUNT,
    regionId: REGION,
    listing: 'unread',
    error: new CloudError({ action: 'ListTransitRouters', code: 'NetworkError', effect: 'unknown', requestId: 'R-9' }),
    connections: [],
    inScope: [
      aConnection({ tags: tagged({ owner: 'team-a' }) }),
      aConnection({ connectionId: 'vco-2', attachType: 'VPNGW' }),
      aConnection({ connectionId: 'vco-3', attachType: 'missing' }),
    ],
  };
  const { outcomes, lines } = settle([], {}, new Map(), [lost]);
  const common = { accountId: ACCOUNT, regionId: REGION, rule: null, since: null, dueAt: null, heldUntil: null };
  const failure = { backup: null, evidence: [], code: 'NetworkError', requestId: 'R-9' };
  const theirs = { outcome: 'kept', reason: 'it is not a connection made for a transit router' };
  expect(outcomes).toMatchObject([
    {
      ...common,
      ...failure,
      connectionId: 'vco-1',
      owner: 'team-a',
      outcome: 'unknown',
      reason: expect.stringMatching(/^the region could not be read whole: ListTransitRouters failed: NetworkError/),
    },
    { ...common, ...failure, connectionId: 'vco-2', ...theirs },
    { ...common, ...failure, connectionId: 'vco-3', ...theirs },
  ]);
  expect(lines).toMatchObject([
    {
      event: 'connection.judged',
      connectionId: 'vco-1',
      code: 'NetworkError',
      cloudRequestId: 'R-9',
      verdict: 'unknown',
    },
    { event: 'connection.judged', connectionId: 'vco-2', verdict: 'unknown', outcome: 'kept' },
    { event: 'connection.judged', connectionId: 'vco-3', verdict: 'unknown', outcome: 'kept' },
  ]);
  expect(lines[0]).not.toHaveProperty('rule');
  expect(lines[0]).not.toHaveProperty('evidence');
});

describe('a verdict is final', () => {
  const settled = { isDue: false, markAction: 'none', dropNote: false, restartsHold: false } as const;
  test.each<[what: string, mode: Judged['mode'], verdict: Partial<Verdict>, expected: boolean]>([
    ['if nothing changes', 'sweep', {}, true],
    ['unless it is due', 'plan', { isDue: true }, false],
    ['unless its mark changes', 'sweep', { markAction: 'set' }, false],
    ['unless its note goes', 'mark', { dropNote: true }, false],
    ['unless its hold starts again', 'mark', { restartsHold: true }, false],
    ['in a plan, whose tags never change', 'plan', { markAction: 'set', dropNote: true, restartsHold: true }, true],
    ['out of scope', undefined, { markAction: 'clear' }, true],
  ])('%s', (_what, mode, verdict, expected) => {
    expect(isSettled(aJudged({ mode }, { ...settled, ...verdict }))).toBe(expected);
  });

  test('and its outcome has a line in the log', () => {
    const lines: JournalFields[] = [];
    const journal = (event: string, fields: JournalFields) => lines.push({ event, ...fields });
    const outcome = endSettled(aJudged({}, { kind: 'protected' }), { policy: aPolicy(), journal });
    expect(outcome).toMatchObject({ outcome: 'protected', reason: 'as judged', backup: null });
    expect(lines).toMatchObject([{ event: 'connection.judged', verdict: 'protected', outcome: 'protected' }]);
  });
});

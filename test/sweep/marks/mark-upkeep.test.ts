import { describe, expect, test } from 'vitest';
import { keepUpMarks, noteTried, pruneMark } from '../../../lib/sweep/marks/mark-upkeep.ts';
import { ago, aPolicy, DAY, HOUR, judgeOne, NOW, tagged } from '../../support/builders.ts';
import { error, startTags } from './tag-region.ts';

const SEEN = new Date(NOW).toISOString().replace('.000Z', 'Z');
const MARK = { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) };
const NOTE = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-1` };
const lost = { kind: 'failed', error: { code: 'TagNotReadBack', action: 'TagResources' } };

type Fake = ReturnType<typeof startTags>;

/** The connection has these tags when it is judged, and when the run begins to write. */
function judged(fake: Fake, tags: Record<string, string>, id = 'vco-1') {
  fake.put(id, tags);
  return judgeOne(fake.connectionOf(id), fake.region.policy);
}

const endOf = async (fake: Fake, verdict: ReturnType<typeof judgeOne>) =>
  (await keepUpMarks(fake.region, [verdict])).get('vco-1');
const events = ({ lines }: Fake) => lines.map(({ event }) => event);

test('a run that was asked to stop writes no mark, and says so for each connection', async () => {
  const fake = startTags();
  const verdicts = [judged(fake, {}), judged(fake, {}, 'vco-2')];
  const results = await keepUpMarks({ ...fake.region, stopAsked: AbortSignal.abort() }, verdicts);
  const stopped = { kind: 'failed', error: { code: 'StoppedOnRequest', action: 'TagResources' } };
  expect([...results.values()]).toMatchObject([stopped, stopped]);
  expect([fake.calls, fake.lines]).toEqual([[], []]);
});

describe('a new mark', () => {
  test('is written on all connections with the same clocks by one call, and counts once it shows', async () => {
    const fake = startTags();
    const results = await keepUpMarks(fake.region, [judged(fake, {}), judged(fake, {}, 'vco-2')]);
    expect([...results.values()]).toEqual([
      { kind: 'marked', sinceMs: NOW },
      { kind: 'marked', sinceMs: NOW },
    ]);
    const both = 'vco-1 vco-2';
    expect(fake.calls).toEqual([`0 ListTagResources ${both}`, `0 TagResources ${both}`, `0 ListTagResources ${both}`]);
    expect(Object.fromEntries(fake.tagsOf('vco-2'))).toEqual({
      'vco-sweeper:orphan': `unassociated ${SEEN}`,
      'vco-sweeper:seen': SEEN,
    });
    expect(fake.region.marks.get('vco-1')).toEqual(fake.tagsOf('vco-1'));
    expect(events(fake)).toEqual(['mark.set', 'mark.set']);
  });

  const orphan = (text: string, seen = SEEN) => ({ 'vco-sweeper:orphan': text, 'vco-sweeper:seen': seen });
  test.each<[what: string, found: Record<string, string>, counts: boolean]>([
    ['the same mark', orphan(`unassociated ${SEEN}`), true],
    ['a later mark of another run', orphan('unassociated 2026-11-22T12:00:01Z', '2026-11-22T12:00:01Z'), true],
    ['an earlier mark', orphan('unassociated 2026-11-22T11:59:59Z'), false],
    ['an earlier seen', orphan(`unassociated ${SEEN}`, '2026-11-22T11:59:59Z'), false],
    ['a mark without seen', { 'vco-sweeper:orphan': `unassociated ${SEEN}` }, false],
    ['a void mark', orphan('void', 'void'), false],
    ['another rule', orphan(`expired ${SEEN}`), false],
    ['one rule more', orphan(`unassociated ${SEEN}, expired ${SEEN}`), false],
    ['no mark', {}, false],
  ])('that is accepted is read back as %s', async (_what, found, counts) => {
    const fake = startTags((action) => {
      if (action === 'TagResources') {
        fake.put('vco-1', found);
      }
      return action !== 'TagResources';
    });
    expect(await endOf(fake, judged(fake, {}))).toMatchObject(counts ? { kind: 'marked' } : lost);
  });

  test.each([
    ['somebody wrote a detach note meanwhile', NOTE, 'changed'],
    ['somebody wrote a void note meanwhile', { 'vco-sweeper:detached': 'void' }, 'marked'],
    ['somebody wrote a mark meanwhile, which it replaces', MARK, 'marked'],
  ])('if %s', async (_what, tags, kind) => {
    const fake = startTags();
    const verdict = judged(fake, {});
    fake.put('vco-1', tags);
    expect(await endOf(fake, verdict)).toMatchObject({ kind });
    expect(fake.region.marks.has('vco-1')).toBe(kind === 'marked');
  });

  test('of a connection that is gone ends as gone, if a reading confirms it', async () => {
    const fake = startTags((action) => {
      if (action === 'TagResources') {
        throw error('InvalidInstanceIds.NotFound', 'refused', 'TagResources', 404);
      }
      return true;
    });
    const verdict = judged(fake, {});
    expect(await endOf(fake, verdict)).toMatchObject({ kind: 'failed' });
    fake.gone.add('vco-1');
    expect(await endOf(fake, verdict)).toEqual({ kind: 'gone' });
  });

  test('that was refused for another reason fails without a reading', async () => {
    const fake = startTags((action) => {
      if (action === 'TagResources') {
        throw error('Forbidden.RAM');
      }
      return true;
    });
    expect(await endOf(fake, judged(fake, {}))).toMatchObject({ kind: 'failed', error: { code: 'Forbidden.RAM' } });
    expect(fake.calls.filter((call) => call.includes('DescribeVpnConnection'))).toEqual([]);
  });
});

describe('a mark that is renewed', () => {
  test('only gets a new `seen`, which is not read back', async () => {
    const fake = startTags();
    expect(await endOf(fake, judged(fake, MARK))).toEqual({ kind: 'refreshed' });
    expect(Object.fromEntries(fake.tagsOf('vco-1'))).toEqual({ ...MARK, 'vco-sweeper:seen': SEEN });
    expect(fake.calls).toEqual(['0 ListTagResources vco-1', '0 TagResources vco-1']);
    expect(events(fake)).toEqual([]);
  });

  test.each([
    ['another mark', { ...MARK, 'vco-sweeper:orphan': `unassociated ${ago(3 * DAY)}` }],
    ['no mark any more', {}],
    ['a detach note', { ...MARK, ...NOTE }],
  ])('is left alone if by then it has %s', async (_what, tags) => {
    const fake = startTags();
    const verdict = judged(fake, MARK);
    fake.put('vco-1', tags);
    expect(await endOf(fake, verdict)).toEqual({ kind: 'changed' });
    expect(Object.fromEntries(fake.tagsOf('vco-1'))).toEqual(tags);
    expect(fake.region.marks.size).toBe(0);
  });
});

describe('a mark of a connection in use', () => {
  test('is removed, and the log says why', async () => {
    const fake = startTags();
    Object.assign(fake.changes, { state: 'attached', attachType: 'CEN', transitRouterId: 'tr-1' });
    const verdict = judged(fake, MARK);
    expect(await endOf(fake, verdict)).toEqual({ kind: 'cleared' });
    expect(fake.tagsOf('vco-1').size).toBe(0);
    expect(fake.lines).toMatchObject([{ event: 'mark.cleared', connectionId: 'vco-1', reason: verdict.reason }]);
  });
});

describe('pruneMark', () => {
  const policy = aPolicy({ rules: { unassociated: 9 * DAY, expired: 9 * DAY } });
  const TWO = {
    ...MARK,
    'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}, expired ${ago(DAY)}`,
    'vco-sweeper:expires': ago(2 * DAY),
  };
  const start = (...args: Parameters<typeof startTags>) => {
    const fake = startTags(...args);
    fake.put('vco-1', TWO);
    const verdict = judgeOne(fake.connectionOf('vco-1'), policy);
    return { fake, verdict, region: { ...fake.region, policy } };
  };

  test('writes the clocks that go on, reads them back, and leaves `seen`', async () => {
    const { fake, verdict, region } = start();
    const clocks = new Map([...verdict.clocks].slice(0, 1));
    expect(await pruneMark(region, { ...verdict, clocks })).toBe('removed');
    expect(fake.tagsOf('vco-1').get('vco-sweeper:orphan')).toBe(`unassociated ${ago(2 * DAY).replace('.000', '')}`);
    expect(fake.tagsOf('vco-1').get('vco-sweeper:seen')).toBe(ago(HOUR));
    expect(fake.calls).toEqual(['0 TagResources vco-1', '0 ListTagResources vco-1']);
  });

  test('removes the whole mark if no clock goes on', async () => {
    const { fake, verdict, region } = start();
    expect(await pruneMark(region, { ...verdict, clocks: new Map() })).toBe('removed');
    expect(fake.calls).toEqual(['0 UnTagResources vco-1', '0 ListTagResources vco-1']);
  });

  test('removes the whole mark if the rest of it cannot be written', async () => {
    const { fake, verdict, region } = start((action) => {
      if (action === 'TagResources') {
        throw error('Forbidden.RAM');
      }
      return true;
    });
    expect(await pruneMark(region, verdict)).toBe('removed');
    expect(fake.tagsOf('vco-1').has('vco-sweeper:orphan')).toBe(false);
  });
});

describe('the note that a step failed', () => {
  const tried = `${SEEN} tried ${SEEN}`;
  test.each<[what: string, isWritten: boolean, found: Record<string, string>]>([
    ['the mark that was judged', true, MARK],
    ['another mark', false, { ...MARK, 'vco-sweeper:orphan': `unassociated ${ago(9 * DAY)}` }],
    ['the mark, and the detach note of this run', true, { ...MARK, 'vco-sweeper:detached': 'by this run' }],
    ['the mark, and a detach note of somebody else', false, { ...MARK, ...NOTE }],
    ['the mark, and a void note', true, { ...MARK, 'vco-sweeper:detached': 'void' }],
  ])('beside %s: written %s', async (_what, isWritten, found) => {
    const fake = startTags();
    const verdict = judged(fake, MARK);
    fake.region.marks.set('vco-1', tagged({ 'vco-sweeper:detached': 'by this run' }));
    fake.put('vco-1', found);
    await noteTried(fake.region, verdict);
    expect(fake.tagsOf('vco-1').get('vco-sweeper:seen')).toBe(isWritten ? tried : MARK['vco-sweeper:seen']);
    const refused = { event: 'step.failed', connectionId: 'vco-1', action: 'TagResources', code: 'TagsChanged' };
    expect(fake.lines).toMatchObject(isWritten ? [] : [refused]);
  });

  test('makes a broken mark void, because `seen` would vouch for it', async () => {
    const fake = startTags();
    const verdict = judged(fake, { ...MARK, 'vco-sweeper:orphan': 'unassociated, some day' });
    await noteTried(fake.region, verdict);
    expect(Object.fromEntries(fake.tagsOf('vco-1'))).toMatchObject({
      'vco-sweeper:orphan': 'void',
      'vco-sweeper:seen': tried,
    });
  });
});

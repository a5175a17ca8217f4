import { describe, expect, test } from 'vitest';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import type { Tags } from '../../../lib/core/domain/estate.ts';
import { lookDelayMs, removeTags, setTags } from '../../../lib/sweep/marks/tag-writes.ts';
import type { RegionContext } from '../../../lib/sweep/run-context.ts';
import { ACCOUNT, NOW, REGION } from '../../support/builders.ts';
import { error, startTags } from './tag-region.ts';

const MARK: Tags = new Map([['mark', 'new']]);
const lost = { action: 'TagResources', code: 'TagNotReadBack', effect: 'unknown' };
const shown = (found: Tags) => found.get('mark') === 'new';

test('the first look for a written tag comes at once, and the next looks wait longer, up to wait.pollInterval', () => {
  const { region } = startTags();
  expect([0, 1, 4, 5, 9].map((looks) => lookDelayMs(region, looks))).toEqual([250, 500, 4_000, 5_000, 5_000]);
  const quick = { ...region, policy: { ...region.policy, wait: { ...region.policy.wait, pollIntervalMs: 20 } } };
  expect(lookDelayMs(quick, 3)).toBe(250);
});

describe('setTags', () => {
  test('writes in batches of twenty, and reads the tags until they show', async () => {
    let isShown = false;
    const { region, calls } = startTags((action) => action !== 'TagResources' || isShown);
    const ids = Array.from({ length: 21 }, (_, index) => `v${index}`);
    const failures = setTags(region, ids, MARK, { isRead: (found) => isShown || shown(found) });
    await region.clock.sleep(600);
    isShown = true;
    expect(await failures).toEqual(new Map());
    const first = ids.slice(0, 20).join(' ');
    expect(calls.map((call) => call.replace(first, 'twenty'))).toEqual([
      '0 TagResources twenty',
      '0 TagResources v20',
      '0 ListTagResources twenty',
      '0 ListTagResources v20',
      '250 ListTagResources twenty',
      '250 ListTagResources v20',
      '750 ListTagResources twenty',
      '750 ListTagResources v20',
    ]);
  });

  test('asks only for the tags that do not show yet, until wait.tagTimeout, and names the write that was lost', async () => {
    const { region, calls, tagsOf } = startTags((action) => action !== 'TagResources');
    tagsOf('a').set('mark', 'new');
    const failures = await setTags(region, ['a', 'b'], MARK, { isRead: shown });
    expect([...failures]).toEqual([['b', expect.objectContaining(lost)]]);
    expect(calls.slice(0, 3)).toEqual(['0 TagResources a b', '0 ListTagResources a b', '250 ListTagResources b']);
    expect(calls.at(-1)).toBe('27750 ListTagResources b');
  });

  test('says which read failed if the last read did, and forgets a failed read once a later read succeeds', async () => {
    let reads = 0;
    const failing = startTags((action) => {
      if (action === 'ListTagResources') {
        throw error('InternalError', 'unknown', 'ListTagResources');
      }
      return true;
    });
    expect([...(await setTags(failing.region, ['a'], MARK, { isRead: shown })).values()]).toMatchObject([
      { code: 'InternalError', action: 'ListTagResources' },
    ]);
    const recovering = startTags((action) => {
      reads += Number(action === 'ListTagResources');
      if (reads === 1) {
        throw error('InternalError', 'unknown', 'ListTagResources');
      }
      return action !== 'TagResources';
    });
    expect([...(await setTags(recovering.region, ['a'], MARK, { isRead: shown })).values()]).toMatchObject([lost]);
  });

  test.each([
    [1_000, ['0', '250', '750']],
    [250, ['0']],
  ])('does not wait beyond the deadline after %i ms', async (leftMs, looks) => {
    const { region, calls } = startTags((action) => action !== 'TagResources', NOW + leftMs);
    const failures = await setTags(region, ['a'], MARK, { isRead: shown });
    expect([...failures.values()]).toMatchObject([
      { code: 'DeadlineExceeded', action: 'ListTagResources', effect: 'unknown' },
    ]);
    expect(calls.slice(1)).toEqual(looks.map((atMs) => `${atMs} ListTagResources a`));
  });

  test('leaves out the connections whose tags have changed, and writes the rest after a new look', async () => {
    const { region, calls, tagsOf } = startTags();
    tagsOf('b').set('mark', 'of somebody else');
    const isSame = (_id: string, found: Tags) => !found.has('mark');
    expect([...(await setTags(region, ['a', 'b', 'c'], MARK, { isSame }))]).toEqual([
      ['b', expect.objectContaining({ action: 'TagResources', code: 'TagsChanged', effect: 'refused' })],
    ]);
    expect(calls).toEqual(['0 ListTagResources a b c', '0 ListTagResources a c', '0 TagResources a c']);
    expect(tagsOf('b').get('mark')).toBe('of somebody else');
  });

  test('sends nothing if the tags of all have changed', async () => {
    const { region, calls } = startTags();
    const failures = await setTags(region, ['a', 'b'], MARK, { isSame: () => false, isRead: shown });
    expect([...failures.values()].map(({ code }) => code)).toEqual(['TagsChanged', 'TagsChanged']);
    expect(calls).toEqual(['0 ListTagResources a b']);
  });

  test('halves a batch that is refused because of a single connection', async () => {
    const { region, calls } = startTags((_action, ids) => {
      if (ids.includes('b')) {
        throw error('NumberExceed.Tags');
      }
      return true;
    });
    const failures = await setTags(region, ['a', 'b', 'c'], MARK);
    expect([...failures].map(([id, { code }]) => [id, code])).toEqual([['b', 'NumberExceed.Tags']]);
    expect(calls.map((call) => call.slice(2))).toEqual([
      'TagResources a b c',
      'TagResources a b',
      'TagResources c',
      'TagResources a',
      'TagResources b',
    ]);
  });

  test.each([
    ['a permission', error('Forbidden.RAM')],
    ['a tag that is invalid everywhere', error('InvalidTagKey.Malformed')],
    ['the deadline of the run', error('DeadlineExceeded')],
    ['the end of the run on request', error('StoppedOnRequest')],
    ['an answer that says nothing about the effect', error('InternalError', 'unknown')],
  ])('does not halve a batch that fails for %s', async (_why, thrown) => {
    const { region, calls } = startTags(() => {
      throw thrown;
    });
    const failures = await setTags(region, ['a', 'b'], MARK, { isRead: shown });
    expect([...failures]).toEqual([
      ['a', thrown],
      ['b', thrown],
    ]);
    expect(calls).toEqual(['0 TagResources a b']);
  });

  test('halves for a code that only contains the name of an invalid tag', async () => {
    const { region, calls } = startTags(() => {
      throw error('Foreign.InvalidTagKey');
    });
    await setTags(region, ['a', 'b'], MARK);
    expect(calls).toHaveLength(3);
  });
});

describe('removeTags', () => {
  const BEST: Tags = new Map([['mark', 'void']]);
  const SECOND: Tags = new Map([
    ['mark', 'void'],
    ['seen', 'void'],
  ]);
  const remove = (region: RegionContext, ids = ['a']) =>
    removeTags(region, ids, { keys: ['mark', 'seen'], voids: [BEST, SECOND] });
  const old = (tagsOf: (id: string) => Map<string, string>, id = 'a') =>
    tagsOf(id).set('mark', 'old').set('seen', 'then').set('owner', 'x');

  test('removes the tags, reads that they are gone, and overwrites nothing', async () => {
    const { region, calls, tagsOf, lines } = startTags();
    old(tagsOf);
    expect(await remove(region)).toEqual(new Map([['a', 'removed']]));
    expect(calls).toEqual(['0 UnTagResources a', '0 ListTagResources a']);
    expect(Object.fromEntries(tagsOf('a'))).toEqual({ owner: 'x' });
    expect(lines).toEqual([]);
  });

  test('a tag that is still there is not gone, even if another one is', async () => {
    const { region, tagsOf } = startTags((action) => action === 'ListTagResources');
    tagsOf('a').set('seen', 'then');
    expect([...(await remove(region)).values()]).toMatchObject([lost]);
  });

  test('overwrites what cannot be removed with the best void tags, and logs the refused removal', async () => {
    const { region, calls, tagsOf, lines } = startTags((action) => {
      if (action === 'UnTagResources') {
        throw error('Forbidden.RAM', 'refused', 'UnTagResources');
      }
      return true;
    });
    old(tagsOf);
    old(tagsOf, 'b');
    expect(await remove(region, ['a', 'b'])).toEqual(
      new Map([
        ['a', 'voided'],
        ['b', 'voided'],
      ]),
    );
    expect(calls).toEqual(['0 UnTagResources a b', '0 TagResources a b', '0 ListTagResources a b']);
    expect(Object.fromEntries(tagsOf('a'))).toEqual({ mark: 'void', seen: 'then', owner: 'x' });
    const line = {
      event: 'step.failed',
      accountId: ACCOUNT,
      regionId: REGION,
      action: 'UnTagResources',
      code: 'Forbidden.RAM',
      cloudRequestId: 'R-1',
    };
    expect(lines).toEqual([
      { connectionId: 'a', ...line },
      { connectionId: 'b', ...line },
    ]);
  });

  test('tries the next void tags if the best are refused, and reads back all of them', async () => {
    let sets = 0;
    const { region, tagsOf } = startTags((action) => {
      if (action === 'UnTagResources') {
        throw error('Forbidden.RAM');
      }
      sets += Number(action === 'TagResources');
      if (action === 'TagResources' && sets === 1) {
        throw error('NumberExceed.Tags');
      }
      return true;
    });
    old(tagsOf);
    expect(await remove(region)).toEqual(new Map([['a', 'voided']]));
    expect(Object.fromEntries(tagsOf('a'))).toEqual({ mark: 'void', seen: 'void', owner: 'x' });
  });

  test('void tags that show only in part do not count as void', async () => {
    const { region, tagsOf } = startTags((action) => {
      if (action === 'UnTagResources') {
        throw error('Forbidden.RAM');
      }
      return action !== 'TagResources';
    });
    tagsOf('a').set('mark', 'void').set('seen', 'then');
    const results = await removeTags(region, ['a'], { keys: ['mark', 'seen'], voids: [SECOND] });
    expect([...results.values()]).toMatchObject([lost]);
  });

  test('tries everything again after an error that may pass, until wait.tagTimeout', async () => {
    const { region, calls } = startTags((action) => {
      if (action !== 'ListTagResources') {
        throw error('InternalError', 'unknown', action);
      }
      return true;
    });
    const results = await remove(region);
    expect([...results.values()]).toMatchObject([{ code: 'InternalError', action: 'TagResources' }]);
    const removals = calls.filter((call) => call.includes(' UnTagResources'));
    expect(removals.map((call) => call.split(' ')[0])).toEqual([
      '0',
      '250',
      '750',
      '1750',
      '3750',
      '7750',
      '12750',
      '17750',
      '22750',
      '27750',
    ]);
  });

  test('tries again only for connections whose error may pass, and not beyond the deadline', async () => {
    const { region, calls } = startTags((action, ids) => {
      if (action !== 'ListTagResources' && ids.includes('a')) {
        throw error('Forbidden.RAM', 'refused', action);
      }
      if (action !== 'ListTagResources') {
        throw error('InternalError', 'unknown', action);
      }
      return true;
    }, NOW + 750);
    const one = remove(region, ['a']);
    const other = remove(region, ['b']);
    expect(
      [...(await one).values(), ...(await other).values()].map((end) => end instanceof CloudError && end.code),
    ).toEqual(['Forbidden.RAM', 'InternalError']);
    expect(calls.filter((call) => call.includes('UnTagResources'))).toEqual([
      '0 UnTagResources a',
      '0 UnTagResources b',
      '250 UnTagResources b',
    ]);
  });

  test('checks just before each write, and passes on the error of the check', async () => {
    const { region, calls } = startTags();
    const beforeAttempt = () => Promise.reject(error('Stop'));
    const ends = await removeTags(region, ['a'], { keys: ['mark'], voids: [BEST], beforeAttempt });
    expect([...ends.values()]).toMatchObject([{ code: 'Stop' }]);
    expect(calls).toEqual([]);
  });
});

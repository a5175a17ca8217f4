import { expect, test } from 'vitest';
import { endOfTagCall } from '../../../lib/sweep/steps/end-of-tag-call.ts';
import { error, startTags } from '../marks/tag-region.ts';

const NOT_FOUND = error('InvalidInstanceIds.NotFound', 'refused', 'TagResources', 404);
const end = async (fake: ReturnType<typeof startTags>, failure: unknown, used = false) =>
  (await endOfTagCall(fake.region, 'vco-1', failure, { what: 'no note', used })).result;

test.each([true, false])(
  'a tag call that does not find a deleted connection ends as already gone. Used: %s',
  async (used) => {
    const fake = startTags();
    fake.gone.add('vco-1');
    expect(await end(fake, NOT_FOUND, used)).toEqual({
      outcome: 'already-gone',
      reason: 'it was gone before its tags could be written',
      code: null,
      requestId: null,
      used,
    });
  },
);

test('a tag call that does not find a connection that exists has failed', async () => {
  const fake = startTags();
  expect(await end(fake, NOT_FOUND, true)).toMatchObject({
    outcome: 'failed',
    code: 'InvalidInstanceIds.NotFound',
    reason: expect.stringMatching(/^no note: TagResources failed/),
    used: true,
  });
});

test('another failure is not read again', async () => {
  const fake = startTags();
  fake.gone.add('vco-1');
  expect(await end(fake, error('Forbidden.RAM'))).toMatchObject({ outcome: 'failed', code: 'Forbidden.RAM' });
  expect(fake.calls).toEqual([]);
});

test('if the reading fails, the failure of the tag call counts', async () => {
  const { region } = startTags();
  const confirm = () => Promise.reject(error('Throttling.User', 'refused', 'DescribeVpnConnection'));
  const reads = { connections: { confirm } } as unknown as typeof region.reads;
  const { result } = await endOfTagCall({ ...region, reads }, 'vco-1', NOT_FOUND, { what: 'no note', used: false });
  expect(result).toMatchObject({ outcome: 'failed', code: 'InvalidInstanceIds.NotFound', used: false });
});

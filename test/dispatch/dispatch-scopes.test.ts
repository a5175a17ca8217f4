import { describe, expect, test } from 'vitest';
import { CloudError } from '../../lib/core/domain/errors.ts';
import { toMinute } from '../../lib/dispatch/task-id.ts';
import { aPolicy, NOW, ACCOUNT as OWN } from '../support/builders.ts';
import { A, B, C, directory, E, H, hint, listed, member, TICK, tick, world } from './dispatch-world.ts';

describe('the resource directory', () => {
  const members = [member(A), member(B), member(C, 'closed')];

  test('names the accounts, and leaves closed accounts out', async () => {
    const { send, ids, asked } = await world({ members });
    expect((await send(tick(), directory())).counts).toEqual({ started: 4, 'already-started': 0, failed: 0 });
    expect(ids()).toEqual([A, B].flatMap((id) => [H, E].map((region) => `sweep_${TICK}_${id}_${region}`)));
    expect(asked).toEqual(['ListAccounts']);
  });

  test('is narrowed by include and exclude, and by the request', async () => {
    const { send, ids } = await world({ members });
    await send(tick(`{"regions":["${H}"]}`), directory({ exclude: [A] }));
    await send({ ...tick(`{"accounts":["${A}"],"regions":["${E}"]}`) }, directory());
    expect(ids()).toEqual([`sweep_${TICK}_${A}_${E}`, `sweep_${TICK}_${B}_${H}`]);
  });

  test('that lost a named account is a failure of that account alone', async () => {
    const { send } = await world({ members });
    const { counts, scopes } = await send(tick(), directory({ include: [A, C, OWN] }));
    expect(counts).toEqual({ started: 2, 'already-started': 0, failed: 2 });
    expect(scopes).toMatchObject([
      { accountId: C, regionId: null, code: 'AccountClosed', advice: expect.stringContaining('include') },
      { accountId: OWN, regionId: null, code: 'AccountNotInDirectory' },
      { state: 'started' },
      { state: 'started' },
    ]);
  });

  test('that cannot be read starts nothing, and says how to fix it', async () => {
    const error = new CloudError({ action: 'ListAccounts', code: 'NoPermission', effect: 'refused', status: 403 });
    const { send, fc } = await world({ members: error });
    const { scopes } = await send(tick(), directory());
    expect(scopes).toMatchObject([
      {
        accountId: null,
        regionId: null,
        state: 'failed',
        code: 'NoPermission',
        advice: expect.stringContaining('management account'),
      },
    ]);
    expect(fc.invoked).toEqual([]);
  });

  test('that lost an account that only a single event names says so', async () => {
    const { send } = await world({ members });
    const event = (data: object, id: string) => ({ specversion: '1.0', id, source: 'my.app', type: 't', data });
    const { scopes } = await send([event({ accounts: [C] }, 'a'), event({ regions: [H] }, 'b')], directory());
    expect(scopes).toMatchObject([
      { accountId: C, regionId: null, code: 'AccountClosed' },
      { accountId: A, regionId: H, state: 'started' },
      { accountId: B, regionId: H, state: 'started' },
    ]);
  });

  test('without an account to sweep is a failure, but not for a hint', async () => {
    const { send } = await world({ members: [member(C, 'closed')] });
    expect((await send(tick(), directory())).scopes).toMatchObject([
      { accountId: null, regionId: null, code: 'NoAccounts', advice: expect.stringContaining('accounts.directory') },
    ]);
    expect((await send(hint(H), directory({ include: [C] }))).scopes).toEqual([]);
  });

  test('is not read for a request about nothing', async () => {
    const { send, asked } = await world({ members });
    expect((await send('[]', directory())).scopes).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('the regions of a policy with regions: all', () => {
  const policy = aPolicy({ mode: 'sweep', regions: 'all', accounts: [listed(A), listed(B, [E])] });

  test('are the existing regions', async () => {
    const { send, ids } = await world({ regions: [H, 'us-east-1'] });
    await send(tick(), policy);
    expect(ids()).toEqual([`sweep_${TICK}_${A}_${H}`, `sweep_${TICK}_${A}_us-east-1`, `sweep_${TICK}_${B}_${E}`]);
  });

  test('with exceptions are the remaining regions', async () => {
    const { send, ids } = await world({ regions: [H, 'us-east-1'] });
    await send(tick(), { ...policy, regions: { except: [H] } });
    expect(ids()).toEqual([`sweep_${TICK}_${A}_us-east-1`, `sweep_${TICK}_${B}_${E}`]);
  });

  test('that cannot be listed are failures of the accounts that need them', async () => {
    const error = new CloudError({ action: 'DescribeRegions', code: 'Forbidden.RAM', effect: 'refused', status: 403 });
    const { send } = await world({ regions: error });
    expect((await send(tick(), policy)).scopes).toMatchObject([
      { accountId: A, regionId: null, state: 'failed', code: 'Forbidden.RAM' },
      { accountId: B, regionId: E, state: 'started' },
    ]);
  });

  test('do not make a named region exist', async () => {
    const { send } = await world({ regions: [H] });
    expect((await send({ regions: ['xx-nowhere', H] }, policy)).scopes).toMatchObject([
      { accountId: null, regionId: 'xx-nowhere', state: 'failed', code: 'RegionUnknown' },
      { accountId: A, regionId: H, state: 'started' },
    ]);
  });

  test('do not give a region of an account to another account', async () => {
    const special = aPolicy({
      mode: 'sweep',
      accounts: [listed(A, ['cn-special-1']), listed(B, 'all'), listed(C, 'all')],
    });
    const { send, ids } = await world({ regions: [H, E] });
    expect((await send({ accounts: [B], regions: ['cn-special-1'] }, special)).scopes).toMatchObject([
      { accountId: B, regionId: 'cn-special-1', state: 'failed', code: 'RegionUnknown' },
    ]);
    const about = (data: object, id: string) => ({ specversion: '1.0', id, source: 'my.app', type: 't', data });
    const { scopes } = await send(
      [
        about({ accounts: [A], regions: ['cn-special-1'] }, 'a'),
        about({ accounts: [B, C], regions: ['cn-special-1', H] }, 'b'),
        about({ regions: ['cn-special-1'] }, 'c'),
      ],
      special,
    );
    expect(scopes.filter(({ state }) => state === 'failed')).toMatchObject([
      { accountId: B, regionId: 'cn-special-1', code: 'RegionUnknown' },
      { accountId: C, regionId: 'cn-special-1', code: 'RegionUnknown' },
    ]);
    const minute = toMinute(NOW);
    expect(ids()).toEqual([
      `event_${minute}_${A}_cn-special-1`,
      `event_${minute}_${B}_${H}`,
      `event_${minute}_${C}_${H}`,
    ]);
  });

  test('do not report a lost account twice', async () => {
    const everywhere = { ...directory(), regions: 'all' as const };
    const { send } = await world({ regions: [H], members: [member(A), member(C, 'closed')] });
    expect((await send({ accounts: [C], regions: [E] }, everywhere)).scopes).toMatchObject([
      { accountId: C, regionId: null, code: 'AccountClosed' },
    ]);
  });
});

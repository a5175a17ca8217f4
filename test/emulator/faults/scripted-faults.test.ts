import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import type { Fault, FaultRule } from '../../../lib/emulator/faults/fault-rule.ts';
import { aCloud, at, REGION, rows, send, v1 } from '../emulator-support.ts';

const ID = { RegionId: REGION, VpnConnectionId: 'vco-1' };
const list = { RegionId: REGION };
const many = (count: number): EstateFile => ({
  vpnConnections: Array.from({ length: count }, (_, at) => ({
    VpnConnectionId: `vco-${at}`,
    CreateTime: 1_700_000_000_000 + at,
  })),
});
const one: EstateFile = { vpnConnections: [{ VpnConnectionId: 'vco-1' }] };
const bound: EstateFile = { vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION, TransitRouterId: 'tr-1' }] };

const withFault = (fault: Fault, estate = one, rule: Omit<FaultRule, 'fault'> = {}) =>
  aCloud(estate, { faults: [{ ...rule, fault }] });
const ids = (body: unknown): unknown[] =>
  rows(body, 'VpnConnections', 'VpnConnection').map((row) => row.VpnConnectionId);

describe('which calls a rule concerns', () => {
  const boom: Fault = { kind: 'error', status: 500, code: 'InternalError' };
  const run = async (rule: Omit<FaultRule, 'fault'>, actions: string[], params = ID) => {
    const { vpc } = aCloud(one, { faults: [{ ...rule, fault: boom }] });
    const codes: string[] = [];
    for (const action of actions) {
      codes.push((await vpc(action, params)).code);
    }
    return codes.map((code) => (code === 'InternalError' ? 'x' : '.')).join('');
  };
  const [a, b] = ['DescribeVpnConnection', 'DescribeVpnConnections'];

  test.each<[string, Omit<FaultRule, 'fault'>, string]>([
    ['any, once', {}, 'x...'],
    ['one action', { action: a, times: 'always' }, 'x.x.'],
    ['several actions', { action: [a, b], times: 3 }, 'xxx.'],
    ['after some went well', { skip: 2 }, '..x.'],
    ['another region', { regionId: 'cn-hangzhou' }, '....'],
    ['this region', { regionId: REGION }, 'x...'],
    ['other parameters', { match: { VpnConnectionId: 'vco-2' } }, '....'],
    ['these parameters', { match: { VpnConnectionId: 'vco-1' }, times: 2 }, 'xx..'],
    ['never', { probability: 0, times: 'always' }, '....'],
    ['surely', { probability: 1, times: 'always' }, 'xxxx'],
    ['no time', { times: 0 }, '....'],
  ])('%s', async (_name, rule, expected) => {
    expect(await run(rule, [a, b, a, b])).toBe(expected);
  });

  test('chance repeats with the seed', async () => {
    const pattern = async (seed: number) => {
      const { vpc } = aCloud(one, { seed, faults: [{ probability: 0.5, times: 'always', fault: boom }] });
      let seen = '';
      for (let turn = 0; turn < 40; turn++) {
        seen += (await vpc(b, list)).status === 200 ? '.' : 'x';
      }
      return seen;
    };
    const first = await pattern(1);
    expect(first).toMatch(/x.*\..*x/);
    expect(await pattern(1)).toBe(first);
    expect(await pattern(2)).not.toBe(first);
  });

  test('rules are replaced as a whole, and the log says which rule a call met', async () => {
    const { vpc, emulator } = withFault(boom, one, { times: 'always' });
    await vpc(b, list);
    emulator.setFaults([]);
    await vpc(b, list);
    expect(emulator.calls).toMatchObject([
      { status: 500, code: 'InternalError', fault: 'error' },
      { status: 200, code: 'OK' },
    ]);
  });

  test('a fault waits for the first call that can have it', async () => {
    const { vpc } = withFault({ kind: 'no-effect' }, one);
    expect((await vpc(b, list)).code).toBe('OK');
    expect((await vpc('DeleteVpnAttachment', ID)).code).toBe('OK');
    expect((await vpc(a, ID)).code).toBe('OK');
  });
});

describe('refusals', () => {
  test('throttle, with the header that says when', async () => {
    const { emulator } = withFault({ kind: 'throttle', code: 'Throttling.Api', status: 429, retryAfterMs: 1500 });
    const reply = await emulator.handle(v1('DescribeVpnConnections', list));
    expect(reply).toMatchObject({ status: 429, headers: { 'x-acs-retry-after': '1500' } });
    const { vpc } = withFault({ kind: 'throttle' });
    expect(await vpc('DescribeVpnConnections', list)).toMatchObject({ status: 400, code: 'Throttling.User' });
  });

  test('an error has the service’s form', async () => {
    const { vpc } = withFault({ kind: 'error', status: 400, code: 'VpnTask.CONFLICT', message: 'wait' });
    expect((await vpc('DeleteVpnAttachment', ID)).body).toEqual({
      RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
      HostId: 'vpc.aliyuncs.com',
      Code: 'VpnTask.CONFLICT',
      Message: 'wait',
      Recommend: expect.stringContaining('VpnTask.CONFLICT'),
    });
  });

  test('a token is not burnt by a refusal before the call took effect', async () => {
    const { vpc } = withFault({ kind: 'error', status: 503, code: 'ServiceUnavailable' });
    const params = { ...ID, ClientToken: 't' };
    expect((await vpc('DeleteVpnAttachment', params)).status).toBe(503);
    expect((await vpc('DeleteVpnAttachment', params)).status).toBe(200);
  });

  test('Success:false is HTTP 200, and nothing happened', async () => {
    const { vpc, emulator } = withFault({ kind: 'success-false' });
    expect(await vpc('DeleteVpnAttachment', ID)).toMatchObject({
      status: 200,
      body: { Code: '200', Success: false, RequestId: expect.any(String) },
    });
    expect(emulator.calls[0]).toMatchObject({ code: 'Success:false' });
    expect((await vpc('DescribeVpnConnection', ID)).code).toBe('OK');
  });
});

describe('endings without a readable reply', () => {
  test.each<[Fault, boolean]>([
    [{ kind: 'html', status: 502 }, false],
    [{ kind: 'truncated' }, true],
    [{ kind: 'reset', when: 'before' }, false],
    [{ kind: 'reset', when: 'after' }, true],
    [{ kind: 'timeout', when: 'before', ms: 5000 }, false],
    [{ kind: 'timeout', when: 'after', ms: 5000 }, true],
  ])('%j: deleted %s', async (fault, isDeleted) => {
    const direct = withFault(fault);
    await expect(direct.vpc('DeleteVpnAttachment', ID)).rejects.toMatchObject({ name: 'WireError', kind: fault.kind });
    expect((await direct.vpc('DescribeVpnConnection', ID)).status).toBe(isDeleted ? 404 : 200);
    expect(direct.emulator.calls[0]?.effect ?? false).toBe(isDeleted);

    const { emulator } = withFault(fault);
    const reply = await emulator.handle(v1('DeleteVpnAttachment', ID));
    if (fault.kind === 'html') {
      expect(reply).toMatchObject({ status: 502, body: expect.stringMatching(/^<html>/) });
    } else if (fault.kind === 'truncated') {
      expect(() => JSON.parse(reply === 'reset' ? '{}' : reply.body)).toThrow();
    } else {
      expect(reply).toBe('reset');
    }
  });

  test('a timeout keeps the caller waiting, by default for a minute', async () => {
    const { vpc, clock } = withFault({ kind: 'timeout', when: 'before' });
    await expect(vpc('DeleteVpnAttachment', ID)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(clock.slept).toEqual([60_000]);
  });

  test('after a cut, the same token tells whether the call took effect', async () => {
    const { vpc } = withFault({ kind: 'reset', when: 'after' });
    const params = { ...ID, ClientToken: 't' };
    await expect(vpc('DeleteVpnAttachment', params)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await vpc('DeleteVpnAttachment', params)).body).toMatchObject({ Success: true });
  });
});

describe('false replies', () => {
  test('no-effect: accepted, and nothing happens', async () => {
    const { cbn, emulator } = withFault({ kind: 'no-effect' }, bound);
    expect((await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-1' })).code).toBe(
      'OK',
    );
    expect(emulator.estate.attachments).toMatchObject([{ Status: 'Attached' }]);
    expect(emulator.estate.vpnConnections).toMatchObject([{ State: 'attached' }]);
    expect(emulator.calls[0]).not.toHaveProperty('effect');
  });

  test('stale: reads answer from before the last change, n times', async () => {
    const { vpc, emulator } = aCloud(one);
    const tagged = async () => at((await vpc('DescribeVpnConnection', ID)).body, 'Tags', 'Tag');
    await vpc('TagResources', {
      ...list,
      ResourceType: 'VPNATTACHMENT',
      'ResourceId.1': 'vco-1',
      'Tag.1.Key': 'a',
      'Tag.1.Value': 'b',
    });
    emulator.setFaults([{ fault: { kind: 'stale', reads: 2 } }]);
    expect([await tagged(), await tagged(), await tagged()]).toEqual([[], [], [{ Key: 'a', Value: 'b' }]]);
  });

  test('stale: a removed resource is still shown, and reading it changes nothing', async () => {
    const { vpc, emulator } = aCloud(many(3));
    await vpc('DeleteVpnAttachment', ID);
    const listed = async () => ids((await vpc('DescribeVpnConnections', list)).body);
    expect(await listed()).toEqual(['vco-2', 'vco-0']);
    emulator.setFaults([{ fault: { kind: 'stale', reads: 1 } }]);
    expect(await listed()).toEqual(['vco-2', 'vco-1', 'vco-0']);
    expect(await listed()).toEqual(['vco-2', 'vco-0']);
    expect(emulator.estate.vpnConnections.map((row) => row.VpnConnectionId)).toEqual(['vco-0', 'vco-2']);
  });

  test('stuck-detach: detaching never ends', async () => {
    const { cbn, vpc, clock } = withFault({ kind: 'stuck-detach' }, bound);
    await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-1' });
    for (let turn = 0; turn < 20; turn++) {
      clock.ms += 3_600_000;
      const { body } = await cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' });
      expect(at(body, 'TransitRouterAttachments', 0, 'Status')).toBe('Detaching');
    }
    expect((await vpc('DescribeVpnConnection', ID)).body).toMatchObject({ State: 'detaching' });
  });

  test('shift-pages: an item is listed twice, another item never, and the total is right', async () => {
    const { vpc } = withFault({ kind: 'shift-pages' }, many(4));
    const page = async (PageNumber: string) =>
      (await vpc('DescribeVpnConnections', { ...list, PageSize: '2', PageNumber })).body;
    const first = await page('1');
    expect(first).toMatchObject({ TotalCount: 4 });
    expect([...ids(first), ...ids(await page('2'))]).toEqual(['vco-0', 'vco-3', 'vco-1', 'vco-0']);
  });

  test('empty-list and wrong-total', async () => {
    const { body: empty } = await withFault({ kind: 'empty-list' }).vpc('DescribeVpnConnections', list);
    expect(empty).toMatchObject({ TotalCount: 0, VpnConnections: { VpnConnection: [] } });
    const { body: wrong } = await withFault({ kind: 'wrong-total', delta: 2 }).vpc('DescribeVpnConnections', list);
    expect(wrong).toMatchObject({ TotalCount: 3 });
    expect(ids(wrong)).toEqual(['vco-1']);
  });

  test('repeat-next-token: the next page is the same again', async () => {
    const { cbn } = withFault({ kind: 'repeat-next-token' }, bound, { times: 'always' });
    const page = async (more: Record<string, string>) =>
      (await cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1', ...more })).body;
    const first = await page({});
    const second = await page({ NextToken: String(first.NextToken) });
    expect(second.NextToken).toBe(first.NextToken);
    expect(rows(second, 'TransitRouterAttachments')).toHaveLength(1);
  });

  test('drop-field: gone from the reply and from its items', async () => {
    const drop = async (field: string) =>
      (await withFault({ kind: 'drop-field', field }).vpc('DescribeVpnConnections', list)).body;
    expect(await drop('TotalCount')).not.toHaveProperty('TotalCount');
    expect(await drop('VpnConnections')).not.toHaveProperty('VpnConnections');
    expect(at(await drop('State'), 'VpnConnections', 'VpnConnection', 0)).not.toHaveProperty('State');
  });
});

test('faults come after the signature is checked', async () => {
  const { emulator } = withFault({ kind: 'error', status: 500, code: 'InternalError' });
  const forged = { ...v1('DeleteVpnAttachment', ID), url: '/?Extra=1' };
  expect((await send(emulator, forged)).code).toBe('SignatureDoesNotMatch');
  expect((await send(emulator, v1('DeleteVpnAttachment', ID))).code).toBe('InternalError');
});

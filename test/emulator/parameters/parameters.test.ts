import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../lib/emulator/operation.ts';
import { OPERATIONS } from '../../../lib/emulator/operations.ts';
import { A, aCloud, at, B, CBN, REGION, rows, VPC } from '../emulator-support.ts';
import { CALLS, ESTATE } from './calls.ts';
import { IGNORED, IGNORED_BY_CBN, REFUSED, VALUES } from './exceptions.ts';
import { type Parameter, parametersOf } from './models.ts';

type Params = Readonly<Record<string, string>>;
type Cloud = ReturnType<typeof aCloud>;

const SERVED = [...OPERATIONS.values()].filter(({ version }) => version === VPC || version === CBN);

/** Everything that reads show of an account, once each. */
async function shownTo(cloud: Cloud, accountId: string): Promise<unknown[]> {
  const shown: unknown[] = [];
  const read = async (version: string, action: string, params: Params = {}): Promise<Record<string, unknown>> => {
    const { RequestId: _own, ...body } = (await cloud.emulator.call({ accountId, version, action, params })).body;
    shown.push({ action, params, body });
    return body;
  };
  for (const RegionId of [REGION, 'cn-hangzhou']) {
    const page = { RegionId, PageSize: '50' };
    const listed = await read(VPC, 'DescribeVpnConnections', page);
    for (const { VpnConnectionId } of rows(listed, 'VpnConnections', 'VpnConnection')) {
      const one = { RegionId, VpnConnectionId: String(VpnConnectionId) };
      await read(VPC, 'DescribeVpnConnection', one);
      await read(VPC, 'DescribeVcoRouteEntries', one);
      await read(CBN, 'DescribeGrantRulesToResource', { ProductType: 'VPN', ResourceId: one.VpnConnectionId });
    }
    await read(VPC, 'DescribeCustomerGateways', page);
    await read(VPC, 'DescribeVpnGateways', page);
    const routers = await read(CBN, 'ListTransitRouters', page);
    for (const { TransitRouterId } of rows(routers, 'TransitRouters')) {
      await readRouter(read, { TransitRouterId: String(TransitRouterId), MaxResults: '50' });
    }
  }
  await read(CBN, 'DescribeCens', { PageSize: '50' });
  return shown;
}

async function readRouter(
  read: (version: string, action: string, params: Params) => Promise<Record<string, unknown>>,
  router: Params,
): Promise<void> {
  await read(CBN, 'ListTransitRouterVpnAttachments', router);
  const tables = await read(CBN, 'ListTransitRouterRouteTables', router);
  for (const { TransitRouterRouteTableId } of rows(tables, 'TransitRouterRouteTables')) {
    const table = { TransitRouterRouteTableId: String(TransitRouterRouteTableId) };
    await read(CBN, 'ListTransitRouterRouteTableAssociations', table);
    await read(CBN, 'ListTransitRouterRouteTablePropagations', table);
    await read(CBN, 'ListTransitRouterRouteEntries', { ...table, TransitRouterRouteEntryStatus: 'All' });
  }
}

/** Drawn ids always differ, which does not matter here. */
const withoutDrawn = (text: string): string => text.replace(/-[a-z0-9]{18,21}(?=[12]?")/g, '-drawn');

type Outcome = { readonly status: number; readonly code: string; readonly all: string };

/** The results of a call: its reply, and everything that both accounts then see. */
async function outcomeOf({ version, action }: Operation, params: Params): Promise<Outcome> {
  const cloud = aCloud(ESTATE);
  const { status, body } = await cloud.emulator.call({ accountId: A, version, action, params });
  const { RequestId: _own, Recommend: _link, ...reply } = body;
  const shown = [await shownTo(cloud, A), await shownTo(cloud, B)];
  const code = status === 200 ? 'OK' : String(body.Code);
  return { status, code, all: withoutDrawn(JSON.stringify({ status, reply, shown })) };
}

function valuesFor({ name, type }: Parameter): readonly string[] {
  const leaf = name.split('.').at(-1) ?? name;
  const known = VALUES[name] ?? VALUES[leaf];
  return known ?? { boolean: ['true', 'false'], number: ['7'] }[type] ?? ['probe', 'new'];
}

const plain = new Map<string, Promise<Outcome>>();

/** The results of a call without a further parameter. They are the same for all parameters. */
function plainOutcomeOf(operation: Operation, params: Params): Promise<Outcome> {
  const call = JSON.stringify([operation.version, operation.action, params]);
  const outcome = plain.get(call) ?? outcomeOf(operation, params);
  plain.set(call, outcome);
  return outcome;
}

/** The effect of a parameter: it changes the answer or the estate, is refused with a code, or does nothing. */
async function effectOf(operation: Operation, parameter: Parameter): Promise<string> {
  let refusal = '';
  for (const params of CALLS.get(`${operation.version} ${operation.action}`) ?? []) {
    const before = await plainOutcomeOf(operation, params);
    expect([operation.action, before.code]).toEqual([operation.action, 'OK']);
    for (const value of valuesFor(parameter)) {
      const after = await outcomeOf(operation, { ...params, [parameter.name]: value });
      // A search for another value that finds nothing also shows an effect.
      if (after.status === 200 ? after.all !== before.all : /NotFound$|^Parameter.*InstanceId$/.test(after.code)) {
        return 'counts';
      }
      refusal ||= after.status === 200 ? '' : after.code;
    }
  }
  return refusal === '' ? 'ignored' : refusal;
}

const exceptionFor = (list: Readonly<Record<string, string>>, { action }: Operation, { name }: Parameter) =>
  list[`${action} ${name}`] ?? list[`* ${name}`];

const EFFECTS_ELSEWHERE = new Set(['ClientToken', 'DryRun']);

describe('every parameter of the official models counts, is refused, or is ignored for a reason', () => {
  test('the models have every operation that is served, and a call for each operation', () => {
    const missing = SERVED.filter(({ version, action }) => parametersOf(version, action) === undefined);
    expect(missing.map(({ action }) => action)).toEqual([]);
    expect([...CALLS.keys()].sort()).toEqual(SERVED.map(({ version, action }) => `${version} ${action}`).sort());
  });

  test.each(SERVED.map((operation) => [operation.action, operation] as const))('%s', async (_action, operation) => {
    const wrong: string[] = [];
    for (const parameter of parametersOf(operation.version, operation.action) ?? []) {
      if (EFFECTS_ELSEWHERE.has(parameter.name)) {
        continue;
      }
      const ignored = exceptionFor(
        operation.version === CBN ? { ...IGNORED, ...IGNORED_BY_CBN } : IGNORED,
        operation,
        parameter,
      );
      const refused = exceptionFor(REFUSED, operation, parameter);
      const expected = ignored === undefined ? (refused ?? 'counts') : 'ignored';
      const effect = await effectOf(operation, parameter);
      if (effect !== expected) {
        wrong.push(`${operation.action} ${parameter.name}: ${effect}, expected: ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('ClientToken and DryRun', () => {
  const having = (name: string) =>
    SERVED.filter(({ version, action }) =>
      parametersOf(version, action)?.some((parameter) => parameter.name === name),
    ).map((operation) => [operation.action, operation] as const);

  test.each(having('ClientToken'))(
    '%s: the same token gets the same reply, or it only reads',
    async (_action, operation) => {
      const { version, action, kind } = operation;
      const [params = {}] = CALLS.get(`${version} ${action}`) ?? [];
      const { emulator } = aCloud(ESTATE);
      const call = () => emulator.call({ accountId: A, version, action, params: { ...params, ClientToken: 'token' } });
      const [first, second] = [await call(), await call()];
      expect(first.status).toBe(200);
      expect(at(second.body, 'RequestId') === at(first.body, 'RequestId')).toBe(kind === 'write');
    },
  );

  test.each(having('DryRun'))('%s: a dry run changes nothing', async (_action, operation) => {
    const { version, action, kind } = operation;
    const [params = {}] = CALLS.get(`${version} ${action}`) ?? [];
    const { emulator } = aCloud(ESTATE);
    const before = structuredClone(emulator.estate);
    const { body } = await emulator.call({ accountId: A, version, action, params: { ...params, DryRun: 'true' } });
    expect(kind === 'read' ? 'DryRunOperation' : body.Code).toBe('DryRunOperation');
    expect(emulator.estate).toEqual(before);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type * as z from 'zod/mini';
import { BEHAVIOURS_DEFAULT, behavioursShape } from '../../lib/emulator/behaviours.ts';
import { createEmulator } from '../../lib/emulator/create-emulator.ts';
import { defineEstate, parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { functionFile, readFunctions } from '../../lib/emulator/fc/function-config.ts';
import { OPERATIONS } from '../../lib/emulator/operations.ts';
import { run } from '../cli/cli-harness.ts';
import { CBN, VPC } from './emulator-support.ts';

const text = readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8');
const example = (name: string): string =>
  new RegExp(`\`\`\`yaml\\n(# ${name}\\n[\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? `no example ${name}`;
/** Rows of the table under a heading, without their backticks. */
const rows = (heading: string): string[][] => {
  const [, section = ''] = new RegExp(`\n## ${heading}\n([\\s\\S]*?)(?=\n## |$)`).exec(text) ?? [];
  return [...section.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.replaceAll('`', '').split(/\s*\|\s*/));
};
const estate = () => parseEstate(example('estate'), 'docs/emulator.md');
const emulator = createEmulator({ estate: estate() });
const ask = async (method: string, name: string, body: unknown = undefined) => {
  const reply = await emulator.handle({
    method,
    url: `/_emulator/${name}`,
    headers: {},
    body: JSON.stringify(body) ?? '',
  });
  if (reply === 'reset') {
    throw new Error('cut');
  }
  return { status: reply.status, body: JSON.parse(reply.body) };
};

describe('docs/emulator.md', () => {
  test('its example is a valid estate, and its comments are true', () => {
    const { vpnConnections, accounts } = estate();
    expect(accounts).toMatchObject([{ accountId: '1234567890123456', keys: [{ accessKeyId: 'LTAIlocal' }] }]);
    expect(vpnConnections).toMatchObject([
      { VpnConnectionId: 'vco-orphan', AttachType: 'NO_ASSOCIATED', State: 'init', regionId: 'cn-hangzhou' },
      { VpnConnectionId: 'vco-kept', tags: { 'vco-sweeper:keep': 'true' } },
      { AttachType: 'CEN', TunnelOptions: [{ Status: 'ipsec_sa_established' }, { Status: 'ipsec_sa_established' }] },
      { AttachType: 'CEN', State: 'attached', Status: 'ike_sa_not_established' },
      { AttachType: 'VPNGW', State: 'active' },
    ]);
  });

  test('its example faults are valid', async () => {
    const faults: unknown = parse(example('faults'));
    expect(await ask('PUT', 'faults', faults)).toEqual({ status: 200, body: faults });
  });

  test('it tells every kind of fault with its keys', async () => {
    const values = { status: 500, code: 'X', message: 'x', retryAfterMs: 1, when: 'after', ms: 1, reads: 1, delta: 1 };
    const given = new Map<string, unknown>(Object.entries({ ...values, field: 'X', location: 'http://127.0.0.1' }));
    const told = rows('Faults').filter(([key = '']) =>
      /-|^(throttle|error|html|redirect|truncated|reset|timeout|stale)$/.test(key),
    );
    const faults = told.map(([kind, keys = '']) => ({
      fault: { kind, ...Object.fromEntries([...given].filter(([key]) => new RegExp(`\\b${key}\\b`).test(keys))) },
    }));
    expect((await ask('PUT', 'faults', faults)).body).toEqual(faults);
    const refused = await ask('PUT', 'faults', [{ fault: { kind: 'none' } }]);
    const kinds = [
      ...readFileSync('lib/emulator/faults/fault-rule.ts', 'utf8').matchAll(/kind: z\.literal\('([\w-]+)'\)/g),
    ];
    expect(refused.status).toBe(400);
    expect(told.map(([kind]) => kind)).toEqual(kinds.map(([, kind]) => kind));
  });

  test('it tells every switch, with its default and its other values', () => {
    const told = new Map(rows('Switches').map(([name = '', ...row]) => [name, row]));
    expect([...told].map(([name, [value = '']]) => [name, JSON.parse(value)])).toEqual(
      Object.entries(BEHAVIOURS_DEFAULT),
    );
    for (const [name, { _zod }] of Object.entries(behavioursShape.shape)) {
      const variants = _zod.def.type === 'enum' ? Object.values(_zod.def.entries) : [];
      const [value = '', others = ''] = told.get(name) ?? [];
      const all = [value, ...others.split(', ')];
      if (variants.length > 0) {
        expect(all.map((one) => JSON.parse(one))).toEqual(variants);
      }
    }
  });

  test('it lists every operation, and no other', () => {
    const told = rows('Operations').flatMap(([names = '']) => names.split(', '));
    const served = [...OPERATIONS.values()].map(({ action }) => action);
    expect(told.sort()).toEqual(served.sort());
  });

  test('other SDKs try every operation of VPC and CBN', () => {
    const story = readFileSync('scripts/clients/story.mjs', 'utf8');
    const tried = new Set([...story.matchAll(/(?:vpc|cbn)\('(\w+)'/g)].map(([, action]) => action));
    const served = [...OPERATIONS.values()].filter(({ version }) => version === VPC || version === CBN);
    expect(served.map(({ action }) => action).filter((action) => !tried.has(action))).toEqual([]);
  });

  test('it tells every option of the command', async () => {
    const { out } = await run(['emulator', '--help']);
    const given = [...out.matchAll(/^ +(--[a-z]+)/gm)].map(([, option]) => option);
    expect(rows('Options').map(([option]) => option)).toEqual(given);
  });

  test('its example functions are valid, and it tells every key of a function', () => {
    const given: unknown = parse(example('functions'));
    const roles = [{ name: 'vco-sweeper', trusted: [] }];
    const own = defineEstate({ accounts: [{ accountId: '1', roles }] });
    expect(readFunctions(given, 'docs/emulator.md', own)).toMatchObject([{ id: 'sweep' }, { id: 'jobs$worker' }]);
    const told = rows('Functions').flatMap(([keys = '', , , what]) => (what === undefined ? [] : keys.split(', ')));
    const shape = (object: z.core.$ZodType): string[] =>
      object._zod.def instanceof Object && 'shape' in object._zod.def ? Object.keys(Object(object._zod.def.shape)) : [];
    const { asyncInvokeConfig, concurrencyConfig } = functionFile.shape;
    const nested = { asyncInvokeConfig, concurrencyConfig };
    const all = shape(functionFile).flatMap((key) => {
      const inner = Object.entries(nested).find(([name]) => name === key)?.[1];
      return inner === undefined ? [key] : shape(inner._zod.def.innerType).map((name) => `${key}.${name}`);
    });
    expect(told.sort()).toEqual(all.sort());
  });

  test('it tells every refusal of Function Compute, and no other', () => {
    const sources = ['authenticate-fc', 'serve-fc', 'function-platform', 'fc-request'].map((name) =>
      readFileSync(`lib/emulator/fc/${name}.ts`, 'utf8'),
    );
    const codes = sources.flatMap((text) =>
      [
        ...text.matchAll(
          /'([A-Z][A-Za-z]+(?:Found|Exists|Argument|Header|Large|Match|ID|Skewed|Denied|NotSupported))'/g,
        ),
      ].map(([, code = '']) => code),
    );
    const told = rows('Functions').flatMap(([status = '', code = '']) =>
      /^[4-5]\d\d$/.test(status) ? code.split(', ') : [],
    );
    expect([...new Set(codes), BEHAVIOURS_DEFAULT.fcThrottleCode].sort()).toEqual(told.sort());
  });

  test('it tells every key that the control endpoint takes', async () => {
    const { body } = await ask('GET', 'nothing');
    const methods = ['GET', 'PUT', 'DELETE'];
    const told = rows('The control endpoint').flatMap(([path = '', ...cells]) =>
      methods.filter((_, at) => cells[at]?.trim()).map((method) => `${method} ${path.replace('/_emulator/', '')}`),
    );
    expect(told.sort()).toEqual([...body.known].sort());
  });
});

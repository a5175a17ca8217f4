import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../lib/cli/exit-code.ts';
import { PLACE_STATES } from '../../lib/core/domain/dispatch-result.ts';
import { GONE, isAboutTag, isPermission, isThrottling } from '../../lib/core/domain/disposition.ts';
import { OUTCOMES, type RunStatus } from '../../lib/core/domain/outcome.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { DAY, HOUR } from '../support/builders.ts';
import { bound, down, estate, free, inUse } from '../support/estates.ts';
import { invoke } from '../support/function.ts';
import { startFunctionCompute } from '../support/function-compute.ts';

const text = readFileSync('docs/operations.md', 'utf8');
const section = (heading: string): string => text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
const source = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, 'utf8'))
    .join('\n');

/** The first cells of a section's tables: names in backticks, or a number. */
const firstCells = (part: string): readonly string[] =>
  [...part.matchAll(/^\| ((?:`[^`|]+`(?:, )?)+|\d+) \|/gm)].flatMap(([, cell = '']) =>
    cell.replaceAll('`', '').split(', '),
  );

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = (rule = 'unassociated') => ({
  'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`,
  'vco-sweeper:seen': ago(HOUR),
});

type Line = Readonly<Record<string, unknown>>;

/** Log lines of the functions, from a run with many kinds of events and from a dispatch with a failed part. */
async function lines(): Promise<readonly Line[]> {
  const rows = [
    ...[free('ripe', due()), free('slow', due()), free('refused', due()), free('new')],
    ...[bound('down', due('tunnels-down'), down), bound('back', due('tunnels-down')), ...inUse(8)],
    free('there', due(), { regionId: 'eu-central-1' }),
  ];
  const cloud = await startEmulator({
    estate: parseEstate(JSON.stringify(estate(...rows)), 'test'),
    seed: 1,
    limits: 'off',
    faults: [
      { action: 'DeleteVpnAttachment', match: { VpnConnectionId: 'vco-slow' }, fault: { kind: 'throttle' } },
      {
        action: 'DeleteVpnAttachment',
        match: { VpnConnectionId: 'vco-refused' },
        fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' },
      },
      {
        action: 'ListTransitRouters',
        regionId: 'ap-southeast-1',
        times: 'always',
        fault: { kind: 'html', status: 502 },
      },
    ],
  });
  const fc = await startFunctionCompute((_, count) => (count === 1 ? { status: 404 } : undefined), cloud);
  try {
    const policy = {
      ...{ mode: 'sweep', regions: ['cn-hangzhou', 'eu-central-1', 'ap-southeast-1'] },
      rules: { unassociated: '24h', 'tunnels-down': '24h' },
      limits: { shareFloor: 0 },
      wait: { pollInterval: '20ms' },
      retry: { attempts: 2, minDelay: '1ms', maxDelay: '5ms' },
      pace: { describePerMinute: 60_000, writePerMinute: 6_000 },
    };
    const roles = ['acs:ram::2000000000000002:role/none'];
    const runs = await Promise.all([
      invoke(cloud, { event: {}, policy }).ended,
      invoke(cloud, { event: {}, policy: { ...policy, mode: 'plan', detach: { roles } } }).ended,
      invoke(cloud, {
        event: {},
        policy,
        folder: 'dist/dispatch',
        env: { ALIBABA_CLOUD_FC_ENDPOINT: fc.url },
      }).ended,
    ]);
    return runs.flatMap((run) => run.lines);
  } finally {
    await Promise.all([cloud.close(), fc.close()]);
  }
}

const written = await lines();
const EVENTS = [...readFileSync('lib/core/domain/journal.ts', 'utf8').matchAll(/^ {2}\| '([a-z.]+)'/gm)].map(
  ([, name]) => name,
);

const has = (line: Line, path: string): boolean => {
  const value = path
    .split('.')
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), line);
  return value !== undefined;
};

describe('the queries of docs/operations.md', () => {
  const queries = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, query = '']) => query);
  const eventsOf = (query: string) => [...query.matchAll(/message: ([a-z]+\.[a-z]+)/g)].map(([, event]) => event);

  test('each question has a query', () => {
    expect(queries.length).toBeGreaterThanOrEqual(8);
    expect(EVENTS.length).toBeGreaterThanOrEqual(17);
  });

  test.each(queries.map((query, index) => [index + 1, query] as const))(
    'query %i uses only fields that lines have',
    (_, query) => {
      const events = eventsOf(query);
      const asked = written.filter(({ event }) => events.includes(String(event)));
      expect([...new Set(asked.map(({ event }) => event))].sort()).toEqual([...events].sort());
      const paths = [...query.matchAll(/'\$\.([\w.]+)'/g)].map(([, path = '']) => path);
      expect(paths.filter((path) => !asked.some((line) => has(line, path)))).toEqual([]);
      const named = [...query.matchAll(/'\$\.event'\) = '([^']+)'/g)].map(([, event]) => event);
      expect(named.filter((event) => !events.includes(event ?? ''))).toEqual([]);
    },
  );

  test('compare only with existing values', () => {
    const all = queries.join('\n');
    const listed = [...all.matchAll(/\bin \(((?:'[\w-]+'(?:, )?)+)\)/g)].flatMap(([, values = '']) =>
      values.replaceAll("'", '').split(', '),
    );
    expect(listed.length).toBeGreaterThan(4);
    expect(listed.filter((value) => !OUTCOMES.some((outcome) => outcome === value))).toEqual([]);
    const equal = (field: string) =>
      [...all.matchAll(new RegExp(`'\\$\\.${field}'\\) = '([\\w-]+)'`, 'g'))].map(([, value]) => value);
    expect(equal('state').filter((value) => !PLACE_STATES.some((state) => state === value))).toEqual([]);
    expect(equal('level')).toEqual(['warn']);
    const warned = written.filter(({ level }) => level === 'warn').map(({ event }) => event);
    expect([...new Set(warned)].sort()).toEqual([
      ...['guard.halted', 'policy.warned', 'region.listed', 'scope.failed', 'step.failed'],
    ]);
    expect(all.match(/like '%(\w+)%'/)?.[1]).toBe('hrottling');
    expect(['Throttling.User', 'HttpStatus429'].every((code) => isThrottling(code))).toBe(true);
  });

  test('alarms match existing lines and words', () => {
    const alarms = section('Alarms');
    const events = [...alarms.matchAll(/message: ([a-z]+\.[a-z]+)/g)].map(([, event]) => event);
    expect(events.length).toBeGreaterThanOrEqual(5);
    expect(events.filter((event) => !EVENTS.includes(event))).toEqual([]);
    expect(written.find(({ event }) => event === 'run.finished')).toMatchObject({ status: 'incomplete' });
    expect(written.find(({ event, listing }) => event === 'region.listed' && listing === 'unread')).toBeDefined();
  });
});

describe('every row describes an existing value, and every value has a row:', () => {
  test('outcomes', () => {
    expect(firstCells(section('Outcomes'))).toEqual([...OUTCOMES]);
  });

  test('statuses', () => {
    const statuses = ['complete', 'incomplete', 'halted'] satisfies readonly RunStatus[];
    expect(firstCells(section('Statuses'))).toEqual(statuses);
  });

  test('exit codes', () => {
    expect(firstCells(section('Exit codes')).map(Number)).toEqual(Object.values(EXIT));
  });

  test('errors of the functions', () => {
    const thrown = [...`${source('functions')}${source('lib/core')}`.matchAll(/ name = '(\w+)'/g)].map(
      ([, name]) => name,
    );
    const told = firstCells(section('Codes')).slice(-5);
    expect(told).toEqual(['IncompleteRun', 'NotAllStarted', 'NotAllSent', 'ConfigError', 'UnhandledInvocationError']);
    expect(told.slice(0, 4).filter((name) => !thrown.includes(name))).toEqual([]);
    expect(source('lib/emulator/fc')).toContain("'UnhandledInvocationError'");
  });

  test('codes', () => {
    const quoted = (from: string, pattern: RegExp) => [...from.matchAll(pattern)].map(([, code = '']) => code);
    const known = new Set([
      // Only the documented code of each action, because the rest are spellings of siblings.
      ...Object.values(GONE).flatMap(([documented = '']) => documented),
      ...quoted(
        readFileSync('lib/core/domain/disposition.ts', 'utf8'),
        /^ {2}\['([\w.]+)', '(?:retry|busy|refused|blocked|terminal)'\]/gm,
      ),
      ...quoted(readFileSync('lib/core/advice/error-advice.ts', 'utf8'), /^ +\[?'([A-Z][\w.]+)',/gm),
      ...quoted(readFileSync('lib/dispatch/dispatch-advice.ts', 'utf8'), /^ {2}\['([\w.]+)', [`'"]/gm),
      ...quoted(readFileSync('lib/core/domain/errors.ts', 'utf8'), /^export const [A-Z_]+ = '(\w+)'/gm),
      ...quoted(readFileSync('lib/core/store/store-error.ts', 'utf8'), /^ {2}\| '(Store\w+)'/gm),
      ...['lib/cloud', 'lib/sweep', 'lib/dispatch'].flatMap((folder) =>
        quoted(
          source(folder),
          /(?:code: |ours\(|DEADLINE_EXCEEDED = |TAG_NOT_READ_BACK = |'(?=D\w+Timeout'))'?([A-Z][a-z][\w.]+)'/g,
        ),
      ),
    ]);
    for (const code of [
      'DetachTimeout',
      'DeleteTimeout',
      'WrongAccount',
      'AccountClosed',
      'DeadlineExceeded',
      'StoppedOnRequest',
      'StoreFull',
    ]) {
      expect(known).toContain(code);
    }
    const told = firstCells(section('Codes')).slice(0, -5);
    const patterns = told
      .filter((code) => code.includes('…'))
      .map((code) => new RegExp(`^${code.replaceAll('.', '\\.').replaceAll('…', '.*')}$`));
    expect([...known].filter((code) => !told.includes(code) && !patterns.some((row) => row.test(code)))).toEqual([]);

    const platform = new Set([...source('lib/emulator').matchAll(/'([A-Z]\w+)'/g)].map(([, code]) => code));
    const spelled = told.filter((code) => !code.includes('…'));
    const nowhere = spelled.filter((code) => !known.has(code) && !platform.has(code));
    expect(nowhere.filter((code) => !isAboutTag(code))).toEqual(['HttpStatus429']);

    const families = ['Throttling.User', 'HttpStatus503', 'VpnConnection.Configuring', 'TaskConflict'];
    const permissions = ['Forbidden.RAM', 'Forbbiden', 'NoPermission', 'Unauthorized'];
    expect(permissions.every(isPermission)).toBe(true);
    const rest = ['VpnGateway.FinancialLocked', ...permissions];
    expect([...families, ...rest].filter((code) => !patterns.some((row) => row.test(code)))).toEqual([]);
  });

  test('keys of the policy, and variables', () => {
    const keys = [...text.matchAll(/`((?:limits|detach|pace|recheck|wait|marks|protect)(?:\.\w+)?)(?:: \w+)?`/g)];
    const policy = readFileSync('docs/policy.md', 'utf8');
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter(([, key = '']) => !policy.includes(key))).toEqual([]);
    const variables = [...text.matchAll(/\b((?:SWEEP|DISPATCH)_[A-Z_]+)\b/g)].map(([, name]) => name);
    const deploy = readFileSync('docs/deploy.md', 'utf8') + readFileSync('docs/dispatch.md', 'utf8');
    expect(variables.filter((name) => !deploy.includes(`\`${name}\``))).toEqual([]);
  });
});

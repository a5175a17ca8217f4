import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../../lib/core/domain/duration.ts';
import type { Connection, TunnelStatus } from '../../../lib/core/domain/estate.ts';
import { TAG_ORPHAN } from '../../../lib/core/domain/tag-names.ts';
import { parseMark } from '../../../lib/core/judge/claims.ts';
import { toMarkText } from '../../../lib/core/judge/own-tags.ts';
import { byRule, isNeeded, RULE_NAMES, RULES } from '../../../lib/core/rules/all-rules.ts';
import { aConnection, NOW, tagged, twoTunnels } from '../../support/builders.ts';
import { ask } from './ask-rule.ts';

const ALL_OFF = byRule(() => 'off' as const);
const NOTHING_READ: Partial<Connection> = {
  attachType: 'unknown',
  state: 'unknown',
  status: 'missing',
  tunnels: twoTunnels('unknown', 'unknown'),
  createdAtMs: undefined,
  tags: 'unread',
};

const status = fc.constantFrom<TunnelStatus>('ipsec_sa_established', 'ike_sa_not_established', 'unknown');
const connections = fc
  .record({
    attachType: fc.constantFrom<Connection['attachType']>('CEN', 'NO_ASSOCIATED', 'unknown'),
    state: fc.constantFrom<Connection['state']>('init', 'attached', 'attaching', 'financialLocked', 'unknown'),
    status: fc.oneof(status, fc.constant('missing' as const)),
    tunnels: fc.oneof(
      fc.constant([]),
      fc.tuple(status, status).map((both) => twoTunnels(...both)),
    ),
    createdAtMs: fc.constantFrom(NOW - 1, Date.parse('2026-01-01'), undefined),
    tags: fc.oneof(
      fc.constant('unread' as const),
      fc
        .constantFrom('2026-11-21', '2027-01-01', '1970-01-01', 'soon')
        .map((end) => tagged({ 'vco-sweeper:expires': end })),
      fc.constant(tagged({})),
    ),
  })
  .map((change) => aConnection(change));

test('no two rules have the same name', () => {
  expect(new Set(RULE_NAMES).size).toBe(RULES.length);
});

describe.each(RULES)('$name', (rule) => {
  const { name, graceDefault, graceExample, summary, about } = rule;

  test('has a name that a mark can hold', () => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const clocks = new Map([[name, NOW]]);
    expect(parseMark(tagged({ [TAG_ORPHAN]: toMarkText(clocks, [name]) }))).toEqual(clocks);
  });

  test('has a default and an example that are valid in a policy', () => {
    expect(graceDefault === 'off' || parseDuration(graceDefault)).toBeTruthy();
    expect(parseDuration(graceExample)).toBeDefined();
  });

  test('describes itself in a single sentence for a table, and in a few sentences for a list', () => {
    expect(summary).toMatch(/^[A-Z][^.\n|]+\.$/);
    expect(about).toMatch(/^[a-z][^\n]+\.$/);
  });

  test('is not disproved by a connection for which it holds, or by an unread field', () => {
    fc.assert(
      fc.property(connections, (connection) => {
        expect(rule.isDisprovedBy(connection, NOW) && ask(rule, connection).holds === 'yes').toBe(false);
      }),
    );
    expect(rule.isDisprovedBy(aConnection(NOTHING_READ), NOW)).toBe(false);
  });

  test('reads route tables only if it says that it needs them', () => {
    const looks = fc.check(
      fc.property(connections, (connection) => {
        expect(ask(rule, connection, { routing: 'unread' })).toEqual(ask(rule, connection));
      }),
    ).failed;
    expect(looks).toBe(rule.needs.includes('routing'));
  });
});

test('a policy that names no rule still has a rule that is on', () => {
  expect(RULES.filter(({ graceDefault }) => graceDefault !== 'off').map(({ name }) => name)).toEqual(['unassociated']);
});

test('route tables are needed only while a rule that needs them is on', () => {
  const needing = RULE_NAMES.filter((name) => isNeeded('routing', { ...ALL_OFF, [name]: 0 }));
  expect(needing).toEqual(RULES.filter(({ needs }) => needs.includes('routing')).map(({ name }) => name));
  expect(needing).toContain('unrouted');
  expect(isNeeded('routing', ALL_OFF)).toBe(false);
});

test('only `unrouted` needs more reads than the listings', () => {
  expect(RULES.map(({ name, needs }) => [name, needs])).toEqual([
    ['unassociated', []],
    ['tunnels-down', []],
    ['unrouted', ['routing']],
    ['expired', []],
  ]);
});

test('each rule says in a sentence when it holds', () => {
  const about = (name: string) => RULES.find((rule) => rule.name === name)?.about;
  expect(about('unassociated')).toMatch(/^the connection is bound to nothing\. .*\.$/);
  expect(about('tunnels-down')).toMatch(/^the connection is bound to a transit router, and no tunnel .*\.$/);
  expect(about('unrouted')).toMatch(/^the connection is bound, but no route-table .*\.$/);
  expect(about('expired')).toMatch(/^the owner wrote an expiry date .*\.$/);
});

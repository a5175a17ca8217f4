import { expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { expired } from '../../../lib/core/rules/expired.ts';
import type { Finding } from '../../../lib/core/rules/rule.ts';
import { aConnection, NOW, tagged } from '../../support/builders.ts';
import { ask, UP } from './ask-rule.ts';

const expiring = (text: string, change: Partial<Connection> = {}) =>
  aConnection({ tags: tagged({ 'vco-sweeper:expires': text }), ...change });
const PASSED = 'its tag vco-sweeper:expires names 2026-11-22T12:00:00.000Z, which has passed';
const NOW_TEXT = '2026-11-22T12:00:00Z';

test('holds from exactly the time in the tag', () => {
  expect(ask(expired, expiring(NOW_TEXT))).toMatchObject({ holds: 'yes', evidence: ['bound to nothing', PASSED] });
  expect(ask(expired, expiring(NOW_TEXT), { nowMs: NOW - 1 }).holds).toBe('no');
});

test.each<[string, Partial<Connection>]>([
  ['one of two tunnels', { tunnels: UP }],
  ['the only tunnel', { status: 'ipsec_sa_established' }],
])('mentions a tunnel that is still up: %s', (_what, change) => {
  const said = ['bound to nothing', PASSED, 'a tunnel is still up'];
  expect(ask(expired, expiring(NOW_TEXT, change))).toMatchObject({ holds: 'yes', evidence: said });
});

test.each<[string, Connection, Finding['holds'], string]>([
  ['the tags are unread', aConnection({ tags: 'unread' }), 'unread', 'its tags were not read'],
  ['there is no tag', aConnection(), 'no', 'no tag vco-sweeper:expires'],
  [
    'it is not a date',
    expiring('soon'),
    'no',
    'tag vco-sweeper:expires is neither an ISO date nor a date-time with a zone, so it never expires',
  ],
  ['it is in the future', expiring('2026-11-22'), 'no', 'expires 2026-11-23T00:00:00.000Z'],
])('if %s, the evidence says so', (_when, connection, holds, said) => {
  expect(ask(expired, connection)).toMatchObject({ holds, evidence: [said] });
});

test.each<[string, Connection, boolean]>([
  ['there is no tag', aConnection(), true],
  ['it is not a date', expiring('soon'), true],
  ['it is older than the connection', expiring('1970-01-01'), true],
  ['it is in the future', expiring('2026-11-22'), true],
  ['it has passed', expiring(NOW_TEXT), false],
  ['the tags are unread', aConnection({ tags: 'unread' }), false],
])('if %s, the connection disproves the rule or does not', (_when, connection, disproved) => {
  expect(expired.isDisprovedBy(connection, NOW)).toBe(disproved);
});

test.each<[string, Connection, readonly string[]]>([
  [
    'that is not a date',
    expiring('soon'),
    ['tag vco-sweeper:expires is neither an ISO date nor a date-time with a zone: taken as not expired'],
  ],
  [
    'from before the connection was created',
    expiring('1970-01-01'),
    ['tag vco-sweeper:expires names 1970-01-02T00:00:00.000Z, before the connection was created: taken as not expired'],
  ],
  ['that has passed', expiring(NOW_TEXT), []],
  ['that is missing', aConnection(), []],
  ['that is unread', aConnection({ tags: 'unread' }), []],
])('the owner gets a warning about a tag %s, or no warning', (_what, connection, warnings) => {
  expect(expired.warningsOf?.(connection)).toEqual(warnings);
});

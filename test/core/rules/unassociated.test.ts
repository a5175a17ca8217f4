import { expect, test } from 'vitest';
import { unassociated } from '../../../lib/core/rules/unassociated.ts';
import { aBoundConnection, aConnection, NOW } from '../../support/builders.ts';
import { ask, BOUND, UNBOUND } from './ask-rule.ts';

test('its evidence is the statements of both sides, whether it holds or not', () => {
  expect(ask(unassociated, aConnection())).toEqual({ holds: 'yes', evidence: UNBOUND.evidence });
  expect(ask(unassociated, aBoundConnection())).toEqual({ holds: 'no', evidence: BOUND.evidence });
});

test('is disproved if the connection says that it is attached, but not while it is attaching', () => {
  expect(unassociated.isDisprovedBy(aBoundConnection(), NOW)).toBe(true);
  expect(unassociated.isDisprovedBy(aBoundConnection({ state: 'attaching' }), NOW)).toBe(false);
  expect(unassociated.isDisprovedBy(aConnection({ state: 'attached' }), NOW)).toBe(false);
  expect(unassociated.isDisprovedBy(aConnection({ attachType: 'unknown', state: 'attached' }), NOW)).toBe(false);
});

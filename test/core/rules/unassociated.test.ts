import { expect, test } from 'vitest';
import { unassociated } from '../../../lib/core/rules/unassociated.ts';
import { aBoundConnection, aConnection, NOW } from '../../support/builders.ts';
import { ask, BOUND, UNBOUND } from './ask-rule.ts';

test('says what the two sides said, whether it holds or not', () => {
  expect(ask(unassociated, aConnection())).toEqual({ holds: 'yes', evidence: UNBOUND.evidence });
  expect(ask(unassociated, aBoundConnection())).toEqual({ holds: 'no', evidence: BOUND.evidence });
});

test('is disproved by a connection that says it is attached, and by no state on the way there', () => {
  expect(unassociated.isDisprovedBy(aBoundConnection(), NOW)).toBe(true);
  expect(unassociated.isDisprovedBy(aBoundConnection({ state: 'attaching' }), NOW)).toBe(false);
  expect(unassociated.isDisprovedBy(aConnection({ state: 'attached' }), NOW)).toBe(false);
  expect(unassociated.isDisprovedBy(aConnection({ attachType: 'unknown', state: 'attached' }), NOW)).toBe(false);
});

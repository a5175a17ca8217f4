import { expect, test } from 'vitest';
import { associate, createWitnesses } from '../../lib/core/association.ts';
import type { Attachment, Connection } from '../../lib/core/estate.ts';
import { ACCOUNT, aBoundConnection, aConnection, anAttachment, witnesses } from '../support/builders.ts';

test('bound to nothing takes both sides: the connection says so, and no transit router lists it', () => {
  expect(associate(aConnection(), ACCOUNT, witnesses())).toEqual({
    kind: 'unbound',
    evidence: ['AttachType NO_ASSOCIATED, State init', 'no attachment of tr-1 holds it'],
  });
});

test('bound takes both sides: exactly the transit router it names lists it', () => {
  const attachment = anAttachment();
  expect(associate(aBoundConnection(), ACCOUNT, witnesses([attachment]))).toEqual({
    kind: 'bound',
    attachment,
    evidence: ['AttachType CEN, State attached', 'tr-1 holds it by tr-attach-1, Attached'],
  });
});

test.each<[string, Partial<Connection>]>([
  ['VPNGW', { attachType: 'VPNGW', state: 'active' }],
  ['no AttachType at all', { attachType: 'missing', state: 'unknown' }],
])('a connection with %s is not ours, whatever else it says', (_what, change) => {
  expect(associate(aConnection(change), ACCOUNT, witnesses()).kind).toBe('not-ours');
});

test.each<[string, Partial<Connection>]>([
  ['an AttachType we do not know', { attachType: 'unknown' }],
  ['a State we do not know', { state: 'unknown' }],
  ['a real VPN gateway', { vpnGatewayId: 'vpn-1' }],
  ['State attached', { state: 'attached' }],
  ['State active', { state: 'active' }],
  ['State deleted', { state: 'deleted' }],
  ['a transit router all the same', { transitRouterId: 'tr-1' }],
  ['that another account holds it', { crossAccount: true }],
])('an unbound connection that names %s is doubtful', (_what, change) => {
  expect(associate(aConnection(change), ACCOUNT, witnesses()).kind).toBe('doubtful');
});

test('an unbound connection that a transit router lists is doubtful', () => {
  expect(associate(aConnection(), ACCOUNT, witnesses([anAttachment()]))).toMatchObject({
    kind: 'doubtful',
    reason: 'tr-1 lists tr-attach-1 for it, although it says it is bound to nothing',
  });
});

test('an unbound connection is doubtful while a witness that should have been heard was not', () => {
  expect(associate(aConnection(), ACCOUNT, witnesses([], ['2000000000000002'])).kind).toBe('doubtful');
});

test.each<[string, Partial<Connection>, readonly Attachment[]]>([
  ['nobody lists it', {}, []],
  ['it names no transit router', { transitRouterId: undefined }, [anAttachment()]],
  ['its transit router is not among those we read', { transitRouterId: 'tr-foreign' }, [anAttachment()]],
  ['two attachments claim it', {}, [anAttachment(), anAttachment({ attachmentId: 'tr-attach-2' })]],
  ['another transit router lists it', {}, [anAttachment({ transitRouterId: 'tr-2' })]],
  ['the attachment is for another account', {}, [anAttachment({ connectionOwnerId: '9000000000000009' })]],
  ['the status of the attachment is not one we know', {}, [anAttachment({ status: 'unknown' })]],
  ['its State is init', { state: 'init' }, [anAttachment()]],
  ['its State is active', { state: 'active' }, [anAttachment()]],
])('a bound connection is doubtful when %s', (_what, change, attachments) => {
  const read = new Map([
    ['tr-1', attachments.filter(({ transitRouterId }) => transitRouterId === 'tr-1')],
    ['tr-2', attachments.filter(({ transitRouterId }) => transitRouterId === 'tr-2')],
  ]);
  expect(associate(aBoundConnection(change), ACCOUNT, createWitnesses(read, [])).kind).toBe('doubtful');
});

test.each<[Connection['state']]>([['attaching'], ['detaching'], ['updating'], ['provisioning'], ['upgrading']])(
  'State %s is on its way, bound or not',
  (state) => {
    expect(associate(aConnection({ state }), ACCOUNT, witnesses()).kind).toBe('changing');
    expect(associate(aBoundConnection({ state }), ACCOUNT, witnesses([anAttachment()])).kind).toBe('changing');
  },
);

test.each<[Attachment['status']]>([['Attaching'], ['Detaching']])(
  'an attachment that is %s is on its way',
  (status) => {
    expect(associate(aBoundConnection(), ACCOUNT, witnesses([anAttachment({ status })])).kind).toBe('changing');
  },
);

test('a locked connection is still bound to what holds it', () => {
  const locked = { state: 'financialLocked' as const };
  expect(associate(aConnection(locked), ACCOUNT, witnesses()).kind).toBe('unbound');
  expect(associate(aBoundConnection(locked), ACCOUNT, witnesses([anAttachment()])).kind).toBe('bound');
});

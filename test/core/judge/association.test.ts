import { describe, expect, test } from 'vitest';
import type { Attachment, Connection } from '../../../lib/core/domain/estate.ts';
import { associate, createWitnesses, withAttachments } from '../../../lib/core/judge/association.ts';
import { ACCOUNT, aBoundConnection, aConnection, anAttachment, witnesses } from '../../support/builders.ts';

test('unbound needs both sides: the connection says that it is bound to nothing, and no transit router lists it', () => {
  expect(associate(aConnection(), ACCOUNT, witnesses())).toEqual({
    kind: 'unbound',
    evidence: ['AttachType NO_ASSOCIATED, State init', 'no attachment of tr-1 holds it'],
  });
});

test('bound needs both sides: only the transit router in the connection lists the connection', () => {
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
])('a connection with %s is not ours, with any other fields', (_what, change) => {
  expect(associate(aConnection(change), ACCOUNT, witnesses()).kind).toBe('not-ours');
});

test.each<[string, Partial<Connection>]>([
  ['an unknown AttachType', { attachType: 'unknown' }],
  ['an unknown State', { state: 'unknown' }],
  ['a real VPN gateway', { vpnGatewayId: 'vpn-1' }],
  ['State attached', { state: 'attached' }],
  ['State active', { state: 'active' }],
  ['State deleted', { state: 'deleted' }],
  ['a transit router', { transitRouterId: 'tr-1' }],
  ['a transit router of another account', { crossAccount: true }],
])('an unbound connection that names %s is doubtful', (_what, change) => {
  expect(associate(aConnection(change), ACCOUNT, witnesses()).kind).toBe('doubtful');
});

test('an unbound connection in the listing of a transit router is doubtful', () => {
  expect(associate(aConnection(), ACCOUNT, witnesses([anAttachment()]))).toMatchObject({
    kind: 'doubtful',
    reason: 'tr-1 lists tr-attach-1 for it, although it says it is bound to nothing',
  });
});

test('an unbound connection is doubtful if the witnesses of another account could not be read', () => {
  expect(associate(aConnection(), ACCOUNT, witnesses([], ['2000000000000002'])).kind).toBe('doubtful');
});

test.each<[string, Partial<Connection>, readonly Attachment[]]>([
  ['no transit router lists it', {}, []],
  ['it names no transit router', { transitRouterId: undefined }, [anAttachment()]],
  ['its transit router is not in our listings', { transitRouterId: 'tr-foreign' }, [anAttachment()]],
  ['two attachments claim it', {}, [anAttachment(), anAttachment({ attachmentId: 'tr-attach-2' })]],
  ['another transit router lists it', {}, [anAttachment({ transitRouterId: 'tr-2' })]],
  ['the attachment is for another account', {}, [anAttachment({ connectionOwnerId: '9000000000000009' })]],
  ['the status of the attachment is unknown', {}, [anAttachment({ status: 'unknown' })]],
  ['its State is init', { state: 'init' }, [anAttachment()]],
  ['its State is active', { state: 'active' }, [anAttachment()]],
])('a bound connection is doubtful if %s', (_what, change, attachments) => {
  const read = new Map([
    ['tr-1', attachments.filter(({ transitRouterId }) => transitRouterId === 'tr-1')],
    ['tr-2', attachments.filter(({ transitRouterId }) => transitRouterId === 'tr-2')],
  ]);
  expect(associate(aBoundConnection(change), ACCOUNT, createWitnesses(read, [])).kind).toBe('doubtful');
});

test.each<[Connection['state']]>([['attaching'], ['detaching'], ['updating'], ['provisioning'], ['upgrading']])(
  'a connection with State %s is changing, bound or not',
  (state) => {
    expect(associate(aConnection({ state }), ACCOUNT, witnesses()).kind).toBe('changing');
    expect(associate(aBoundConnection({ state }), ACCOUNT, witnesses([anAttachment()])).kind).toBe('changing');
  },
);

test.each<[Attachment['status']]>([['Attaching'], ['Detaching']])(
  'a connection with an attachment in status %s is changing',
  (status) => {
    expect(associate(aBoundConnection(), ACCOUNT, witnesses([anAttachment({ status })])).kind).toBe('changing');
  },
);

test('a locked connection is still bound to its transit router', () => {
  const locked = { state: 'financialLocked' as const };
  expect(associate(aConnection(locked), ACCOUNT, witnesses()).kind).toBe('unbound');
  expect(associate(aBoundConnection(locked), ACCOUNT, witnesses([anAttachment()])).kind).toBe('bound');
});

describe('the sentences about an association', () => {
  const two = new Map([
    ['tr-1', []],
    ['tr-2', [anAttachment({ transitRouterId: 'tr-2' })]],
  ]);

  test.each<[string, number, string]>([
    ['no transit router', 0, 'the region has no transit router that could hold it'],
    ['three', 3, 'no attachment of tr-0, tr-1, tr-2 holds it'],
    ['four', 4, "no attachment of the region's 4 transit routers holds it"],
  ])('name the transit routers that do not list an unbound connection: %s', (_what, count, said) => {
    const read = new Map(Array.from({ length: count }, (_, index) => [`tr-${index}`, []]));
    expect(associate(aConnection(), ACCOUNT, createWitnesses(read, [])).evidence).toEqual([
      'AttachType NO_ASSOCIATED, State init',
      said,
    ]);
  });

  test('name the type of a connection that is not ours', () => {
    expect(associate(aConnection({ attachType: 'VPNGW', state: 'active' }), ACCOUNT, witnesses()).evidence).toEqual([
      'AttachType VPNGW, State active',
    ]);
  });

  test.each<[string, Partial<Connection>, readonly string[]]>([
    ['its AttachType is unknown', { attachType: 'unknown' }, []],
    ['it names the VPN gateway vpn-1', { vpnGatewayId: 'vpn-1' }, []],
    ['State attached does not go with AttachType NO_ASSOCIATED', { state: 'attached' }, []],
    ['it still names tr-1', { transitRouterId: 'tr-1' }, []],
    ['it says that a transit router of another account holds it', { crossAccount: true }, []],
    ['the transit routers of account 2, 3 could not be read', {}, ['2', '3']],
    ['it is updating', { state: 'updating' }, []],
  ])('for an unbound connection in doubt: %s', (reason, change, unreadOwners) => {
    const { evidence, ...said } = associate(aConnection(change), ACCOUNT, witnesses([], unreadOwners));
    expect(said).toMatchObject({ reason });
    expect(evidence).toHaveLength(1);
  });

  test.each<[string, Partial<Connection>, readonly Attachment[] | typeof two]>([
    ['State init does not go with AttachType CEN', { state: 'init' }, [anAttachment()]],
    ['it does not say which transit router holds it', { transitRouterId: undefined }, [anAttachment()]],
    [
      "tr-far is another account's, and no role for that account is in detach.roles",
      { transitRouterId: 'tr-far' },
      [anAttachment()],
    ],
    ['tr-1 lists no attachment for it', {}, [anAttachment({ connectionId: 'vco-2' })]],
    ['tr-attach-1 and tr-attach-2 both claim it', {}, [anAttachment(), anAttachment({ attachmentId: 'tr-attach-2' })]],
    ['it names tr-1, but tr-2 lists it', {}, two],
    ['tr-attach-1 is for a connection of account 9', {}, [anAttachment({ connectionOwnerId: '9' })]],
    ['the status of tr-attach-1 is unknown', {}, [anAttachment({ status: 'unknown' })]],
    ['tr-attach-1 is Detaching', {}, [anAttachment({ status: 'Detaching' })]],
  ])('for a bound connection in doubt: %s', (reason, change, listed) => {
    const read = listed instanceof Map ? createWitnesses(listed, []) : witnesses(listed);
    const { evidence, ...said } = associate(aBoundConnection(change), ACCOUNT, read);
    expect(said).toMatchObject({ reason });
    expect(evidence).toHaveLength(1);
  });
});

test('an attachment without the owner of its connection still counts', () => {
  const attachment = anAttachment({ connectionOwnerId: undefined });
  expect(associate(aBoundConnection(), ACCOUNT, witnesses([attachment])).kind).toBe('bound');
});

test('a fresher listing replaces only the listing of the same transit router', () => {
  const before = createWitnesses(
    new Map([
      ['tr-1', [anAttachment()]],
      ['tr-2', [anAttachment({ transitRouterId: 'tr-2', attachmentId: 'tr-attach-2', connectionId: 'vco-2' })]],
    ]),
    ['2'],
  );
  const after = withAttachments(before, new Map([['tr-1', []]]));
  const held = (read: typeof after) => ['vco-1', 'vco-2'].filter((id) => read.holdersOf(id).length > 0);
  expect(held(after)).toEqual(['vco-2']);
  expect([...after.attachmentsOf.keys()]).toEqual(['tr-1', 'tr-2']);
  expect(after.unreadOwners).toEqual(['2']);
  expect(held(before)).toEqual(['vco-1', 'vco-2']);
});

describe('a connection after our own detach that still names another account', () => {
  const foreign = (held: Parameters<typeof witnesses>[0] = []) =>
    createWitnesses(
      new Map([
        ['tr-1', []],
        ['tr-foreign', held],
      ]),
      [],
      ['2000000000000002'],
    );
  const connection = aConnection({ crossAccount: true });
  const note = { kind: 'valid', atMs: 0, attachmentId: 'tr-attach-1' } as const;

  test('is unbound if no transit router of that account lists the attachment in our note', () => {
    expect(associate(connection, ACCOUNT, foreign(), note).kind).toBe('unbound');
  });

  test.each<[string, ReturnType<typeof witnesses>, Parameters<typeof associate>[3]]>([
    ['there is no note', foreign(), { kind: 'none' }],
    ['its note claims nothing', foreign(), { kind: 'broken', reason: 'x' }],
    ['the transit routers of that account were not read', witnesses(), note],
    [
      'a transit router still lists the attachment',
      foreign([anAttachment({ transitRouterId: 'tr-foreign', connectionId: 'vco-2' })]),
      note,
    ],
  ])('stays in doubt if %s', (_when, read, claimed) => {
    expect(associate(connection, ACCOUNT, read, claimed).kind).toBe('doubtful');
  });
});

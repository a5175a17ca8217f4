import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlanEntry } from '../../../lib/core/saved-plan/saved-plan.ts';
import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import { ago, DAY, HOUR, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { planOf, sweepPlan } from '../../support/saved-plans.ts';

type Cloud = ReturnType<typeof startCloud>;

const SINCE = ago(2 * DAY);
const seen = { 'vco-sweeper:seen': ago(HOUR) };
const expired = { 'vco-sweeper:expires': ago(5 * DAY) };
const two = { 'vco-sweeper:orphan': `tunnels-down ${ago(3 * DAY)}, unrouted ${SINCE}`, ...seen };
const note = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-was`, ...seen };

/** An entry for each way to be due. */
const ENTRIES = [
  free('free', dueTags()),
  free('expired', expired),
  free('half', { ...note, 'vco-sweeper:orphan': `tunnels-down ${SINCE}` }),
  bound('down', dueTags('tunnels-down'), down),
  bound('two', two, down),
  bound('ended', expired),
];
const IDS = ENTRIES.map(({ VpnConnectionId }) => String(VpnConnectionId));
const BOUND = ['vco-down', 'vco-two', 'vco-ended'];
const UNBOUND = ['vco-free', 'vco-expired', 'vco-half'];
const MARKED = ['vco-free', 'vco-half', 'vco-down', 'vco-two'];

const someCloud = () =>
  startCloud({
    estate: estate(...ENTRIES, free('other', dueTags()), bound('back', dueTags()), free('new'), ...inUse(12)),
    policy: {
      rules: { unassociated: DAY, 'tunnels-down': DAY, unrouted: DAY, expired: 0 },
      protect: { names: ['prod*'], resourceGroups: ['rg-safe'], youngerThanMs: DAY },
      limits: { perRegionShare: 1 },
    },
  });

type Change = {
  /** The entries to which the change applies. */
  readonly of: readonly string[];
  readonly act: (row: ConnectionRecord, cloud: Cloud) => void;
  /** The sweep itself overwrites this tag before it reads again. */
  readonly isOverwritten?: true;
  /** The entry is still as planned. */
  readonly isHarmless?: true;
  /** The change also counts after the detach, when the attachment no longer matters. */
  readonly countsUnbound?: true;
};

const tag = (more: Record<string, string>) => (row: ConnectionRecord) => {
  row.tags = { ...row.tags, ...more };
};
const untag = (key: string) => (row: ConnectionRecord) => {
  const { [key]: _, ...rest } = row.tags;
  row.tags = rest;
};
const attachmentOf = ({ emulator }: Cloud, { VpnConnectionId: id }: ConnectionRecord) =>
  emulator.estate.attachments.find(({ VpnId }) => VpnId === id);

function unbind(row: ConnectionRecord, { emulator }: Cloud): void {
  const { attachments } = emulator.estate;
  attachments.splice(
    attachments.findIndex(({ VpnId }) => VpnId === row.VpnConnectionId),
    1,
  );
  row.AttachType = 'NO_ASSOCIATED';
  row.State = 'init';
}

function bind(row: ConnectionRecord, { emulator }: Cloud): void {
  const [other] = emulator.estate.attachments;
  if (other === undefined) {
    throw new Error('no attachment to copy');
  }
  const id = row.VpnConnectionId;
  emulator.estate.attachments.push({ ...other, VpnId: id, TransitRouterAttachmentId: `tr-attach-new-${id.slice(4)}` });
  row.AttachType = 'CEN';
  row.State = 'attached';
  row.TransitRouterId = 'tr-1';
}

const CHANGES: Readonly<Record<string, Change>> = {
  'is tagged keep': { of: IDS, act: tag({ 'vco-sweeper:keep': 'yes' }), countsUnbound: true },
  'gets a protected name': {
    of: IDS,
    act: (row) => {
      row.Name = 'prod-1';
    },
    countsUnbound: true,
  },
  'moves to a protected resource group': {
    of: IDS,
    act: (row) => {
      row.ResourceGroupId = 'rg-safe';
    },
    countsUnbound: true,
  },
  'is another one under the same id': {
    of: IDS,
    act: (row) => {
      row.CreateTime = NOW;
    },
    countsUnbound: true,
  },
  'has a clock of another moment': {
    of: MARKED,
    act: (row) => {
      row.tags = {
        ...row.tags,
        'vco-sweeper:orphan': (row.tags['vco-sweeper:orphan'] ?? '').replaceAll(/2026-11-\d\d/g, '2026-11-16'),
      };
    },
    countsUnbound: true,
  },
  'is due by another rule': {
    of: ['vco-two'],
    act: tag({ 'vco-sweeper:orphan': `unrouted ${ago(3 * DAY)}, tunnels-down ${SINCE}` }),
  },
  'has no mark any more': { of: ['vco-free', 'vco-down', 'vco-two'], act: untag('vco-sweeper:orphan') },
  'has a clock, and had none': {
    of: ['vco-expired', 'vco-ended'],
    act: tag({ 'vco-sweeper:orphan': `expired ${SINCE}`, ...seen }),
    isOverwritten: true,
  },
  'was not seen so for too long': {
    of: ['vco-free', 'vco-down', 'vco-two'],
    act: tag({ 'vco-sweeper:seen': ago(4 * DAY) }),
    isOverwritten: true,
  },
  'expires later': { of: ['vco-expired', 'vco-ended'], act: tag({ 'vco-sweeper:expires': '2027-01-01' }) },
  'has its tunnels up': {
    of: ['vco-down', 'vco-two'],
    act: (row) => {
      row.Status = 'ipsec_sa_established';
    },
  },
  'is bound by another attachment': {
    of: BOUND,
    act: (row, cloud) => {
      const attachment = attachmentOf(cloud, row);
      if (attachment) {
        attachment.TransitRouterAttachmentId = 'tr-attach-another';
      }
    },
  },
  'is bound to nothing': { of: BOUND, act: unbind },
  'is bound': { of: UNBOUND, act: bind },
  'has a note of another attachment': {
    of: UNBOUND,
    act: tag({ 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-other`, ...seen }),
  },
  'has no note any more': { of: ['vco-half'], act: untag('vco-sweeper:detached') },
  'is being updated': {
    of: IDS,
    act: (row) => {
      row.State = 'updating';
    },
  },
  'is of a VPN gateway': {
    of: IDS,
    act: (row) => {
      row.AttachType = 'VPNGW';
    },
  },
  'is gone': {
    of: IDS,
    act: (row, { emulator }) => {
      emulator.estate.vpnConnections.splice(emulator.estate.vpnConnections.indexOf(row), 1);
    },
  },
  'gets a tag of its owner': { of: IDS, act: tag({ env: 'test' }), isHarmless: true },
  'gets another name': {
    of: IDS,
    act: (row) => {
      row.Name = 'renamed';
    },
    isHarmless: true,
  },
  'is seen so by another run': {
    of: MARKED,
    act: tag({ 'vco-sweeper:seen': ago(0) }),
    isHarmless: true,
  },
};
const NAMES = Object.keys(CHANGES);
const changeOf = (name: string): Change => CHANGES[name] ?? { of: [], act: () => undefined };

/** Every change to each entry that can have it, or to all of its entries. */
const PAIRS = NAMES.flatMap((name) => changeOf(name).of.map((id) => [name, id] as const));

const rowOf = (cloud: Cloud, id: string): ConnectionRecord => {
  const row = cloud.connection(id);
  if (row === undefined) {
    throw new Error(`no ${id}`);
  }
  return row;
};

const deleted = (cloud: Cloud): readonly string[] => {
  const there = new Set(cloud.connectionIds());
  const sent = new Set(cloud.writes().flatMap((call) => /^DeleteVpnAttachment (.*)$/.exec(call)?.[1] ?? []));
  return IDS.filter((id) => sent.has(id) && !there.has(id));
};

/** The plan of the unchanged cloud, made once. Each test sweeps it on a cloud of its own. */
let saved: Promise<readonly PlanEntry[]> | undefined;
const savedPlan = async () => {
  saved ??= planOf(someCloud());
  return (await saved).filter(({ connectionId }) => IDS.includes(connectionId));
};

const OTHERS = ['vco-other', 'vco-back', 'vco-new'];

describe('between plan and sweep', () => {
  test('nothing changes: all entries are deleted, and no other connection is touched', async () => {
    const cloud = someCloud();
    const entries = await planOf(cloud);
    const before = OTHERS.map((id) => ({ ...cloud.tags(id) }));
    const planned = entries.filter(({ connectionId }) => IDS.includes(connectionId));
    expect(planned).toHaveLength(IDS.length);
    await sweepPlan(cloud, planned);
    expect(deleted(cloud)).toEqual(IDS);
    expect(OTHERS.map((id) => ({ ...cloud.tags(id) }))).toEqual(before);
  });

  test.each(PAIRS)('a connection %s (%s): all other entries are deleted', async (name, id) => {
    const cloud = someCloud();
    const entries = await savedPlan();
    const { act, isHarmless } = changeOf(name);
    act(rowOf(cloud, id), cloud);
    const tags = { ...cloud.tags(id) };
    const result = await sweepPlan(cloud, entries);
    if (isHarmless) {
      expect(deleted(cloud)).toEqual(IDS);
      return;
    }
    expect(deleted(cloud)).toEqual(IDS.filter((one) => one !== id));
    if (name === 'is gone') {
      expect(result.notFound).toEqual([id]);
      return;
    }
    const [outcome] = result.outcomes.filter(({ connectionId }) => connectionId === id);
    expect(outcome).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/^no longer as planned: ./) });
    expect({ ...cloud.tags(id) }).toEqual(tags);
    expect(cloud.writes().filter((call) => call.includes(id.slice(4)))).toEqual([]);
  });

  test.each(PAIRS.filter(([name]) => !changeOf(name).isHarmless && !changeOf(name).isOverwritten))(
    'a connection %s (%s) once the sweep has begun: it is not deleted',
    async (name, id) => {
      const cloud = someCloud();
      const entries = await savedPlan();
      let isDone = false;
      const before = ({ action }: { readonly action: string }) => {
        if (!isDone && action === 'TagResources') {
          isDone = true;
          changeOf(name).act(rowOf(cloud, id), cloud);
        }
      };
      await sweepPlan(cloud, entries, { before });
      expect(deleted(cloud)).toEqual(IDS.filter((one) => one !== id));
    },
  );

  test.each(PAIRS.filter(([name, id]) => changeOf(name).countsUnbound && BOUND.includes(id)))(
    'a connection %s (%s) while it is detached: it is not deleted',
    async (name, id) => {
      const cloud = someCloud();
      const entries = await savedPlan();
      const attachmentId = `tr-attach-${id.slice(4)}`;
      let isDone = false;
      const before = ({ action, params }: { readonly action: string; readonly params: object }) => {
        const isIts = 'TransitRouterAttachmentId' in params && params.TransitRouterAttachmentId === attachmentId;
        if (!isDone && action === 'DeleteTransitRouterVpnAttachment' && isIts) {
          isDone = true;
          changeOf(name).act(rowOf(cloud, id), cloud);
        }
      };
      await sweepPlan(cloud, entries, { before });
      expect(isDone).toBe(true);
      expect(deleted(cloud)).toEqual(IDS.filter((one) => one !== id));
    },
  );

  test('several connections change at random: only untouched connections are deleted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...PAIRS), { selector: ([, id]) => id, maxLength: 4 }),
        fc.integer({ min: 0, max: 20 * HOUR }),
        async (changes, laterMs) => {
          const cloud = someCloud();
          const entries = await savedPlan();
          cloud.clock.advance(laterMs);
          for (const [name, id] of changes) {
            changeOf(name).act(rowOf(cloud, id), cloud);
          }
          await sweepPlan(cloud, entries);
          const touched = new Set(changes.filter(([name]) => !changeOf(name).isHarmless).map(([, id]) => id));
          expect(deleted(cloud)).toEqual(IDS.filter((id) => !touched.has(id)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

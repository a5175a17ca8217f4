import { describe, expect, test } from 'vitest';
import type { TransportCall, TransportReply } from '../../../lib/cloud/client/transport.ts';
import { connectionItem, connectionList, failure, fakeCloud, ok, rejection } from '../fake-transport.ts';

const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => `vco-${from + index}`);
const items = (connectionIds: readonly string[]) =>
  connectionIds.map((VpnConnectionId) => connectionItem({ VpnConnectionId }));

/** DescribeVpnConnections over a list that may change between requests. */
const pages = (list: (request: number) => readonly string[], total?: (request: number) => number) => () => {
  let request = 0;
  return (call: TransportCall): TransportReply => {
    const now = request++;
    const from = (Number(call.params.PageNumber) - 1) * 50;
    const all = list(now);
    return connectionList(items(all.slice(from, from + 50)), {
      TotalCount: total?.(now) ?? all.length,
      PageNumber: call.params.PageNumber,
    });
  };
};
const asked = (sent: readonly TransportCall[]) => sent.map(({ params }) => params.PageNumber);

describe('a list that pages by number', () => {
  test.each([
    [0, [1]],
    [1, [1]],
    [50, [1]],
    [51, [1, 2]],
    [100, [1, 2]],
    [127, [1, 2, 3]],
  ])('%d connections are all listed with pages %j', async (count, expected) => {
    const { api, sent } = fakeCloud(pages(() => ids(0, count))());
    const connections = await api.listConnections('eu-central-1');
    expect(connections.map(({ connectionId }) => connectionId)).toEqual(ids(0, count));
    expect(asked(sent)).toEqual(expected);
    expect(sent.every(({ params }) => params.PageSize === 50 && params.RegionId === 'eu-central-1')).toBe(true);
  });

  test('tells how many items were read so far, and counts anew when all pages are read again', async () => {
    const told: number[] = [];
    const onPage = (read: number) => told.push(read);
    const { api } = fakeCloud(
      pages(
        () => ids(0, 120),
        (request) => (request === 1 ? 121 : 120),
      )(),
    );
    await api.listConnections('eu-central-1', { onPage });
    expect(told).toEqual([50, 100, 120, 50, 100, 120]);
    told.length = 0;
    await api.listConnections('eu-central-1', { onPage, admit: async () => true });
    expect(told).toEqual([50, 50, 100, 120]);
  });

  describe('that waits to be let in', () => {
    const listed = async (count: number, hadToWait: boolean) => {
      const { api, sent } = fakeCloud(pages(() => ids(0, count))());
      const told: number[] = [];
      const admit = async (total: number) => {
        told.push(total, sent.length);
        return hadToWait;
      };
      expect(await api.listConnections('eu-central-1', { admit })).toHaveLength(count);
      return { told, asked: asked(sent) };
    };

    test('knows the number of items after the first page, and before the rest', async () => {
      expect(await listed(127, false)).toEqual({ told: [127, 1], asked: [1, 2, 3] });
    });

    test('reads the first page again when that took a while', async () => {
      expect(await listed(127, true)).toEqual({ told: [127, 1], asked: [1, 1, 2, 3] });
    });

    test('does not wait for a single page', async () => {
      expect(await listed(50, true)).toEqual({ told: [], asked: [1] });
    });
  });

  test('an item that moves to a page already read is missed, so everything is listed once more', async () => {
    // When a connection is deleted between the pages, the first item of page 2 moves to page 1.
    const { api, sent } = fakeCloud(
      pages(
        (request) => (request === 0 ? ids(0, 60) : ids(1, 59)),
        () => 60,
      )(),
    );
    await expect(api.listConnections('eu-central-1')).rejects.toMatchObject({ code: 'IncompleteListing' });
    expect(asked(sent)).toEqual([1, 2, 1, 2]);
  });

  test('a list that does not change the second time is complete', async () => {
    const { api } = fakeCloud(pages((request) => (request === 0 ? ids(0, 60) : ids(1, 59)))());
    const connections = await api.listConnections('eu-central-1');
    expect(connections.map(({ connectionId }) => connectionId)).toEqual(ids(1, 59));
  });

  test('an item on two pages does not replace the missed item', async () => {
    const shifted = (request: number) => (request % 2 === 0 ? ids(0, 60) : ['vco-new', ...ids(0, 59)]);
    const { api } = fakeCloud(pages(shifted, () => 60)());
    expect(await rejection(api.listConnections('eu-central-1'))).toMatchObject({
      code: 'IncompleteListing',
      effect: 'refused',
      action: 'DescribeVpnConnections',
      message: 'DescribeVpnConnections failed: IncompleteListing (59 of 60)',
    });
  });

  test('a total that changes between pages is a mismatch even when the ids are as many', async () => {
    const { api, sent } = fakeCloud(
      pages(
        () => ids(0, 60),
        (request) => (request === 1 ? 61 : 60),
      )(),
    );
    expect(await api.listConnections('eu-central-1')).toHaveLength(60);
    expect(asked(sent)).toEqual([1, 2, 1, 2]);
  });

  test('an item listed twice counts once, when nothing is missing', async () => {
    const { api } = fakeCloud([connectionList(items(['vco-1', 'vco-1', 'vco-2']), { TotalCount: 2 })]);
    expect(await api.listConnections('eu-central-1')).toHaveLength(2);
  });

  test('an item listed twice with different contents: listed once more, then an error', async () => {
    const twice = [...items(['vco-1', 'vco-2']), connectionItem({ VpnConnectionId: 'vco-1', Name: 'prod-1' })];
    const { api, sent } = fakeCloud([connectionList(twice, { TotalCount: 2 })]);
    expect(await rejection(api.listConnections('eu-central-1'))).toMatchObject({
      message: 'DescribeVpnConnections failed: IncompleteListing (copies of an item differ)',
    });
    expect(asked(sent)).toEqual([1, 1]);
  });

  test('fewer items than the total, on a page that should be full', async () => {
    const { api } = fakeCloud(
      pages(
        () => ids(0, 10),
        () => 60,
      )(),
    );
    await expect(api.listConnections('eu-central-1')).rejects.toMatchObject({ code: 'IncompleteListing' });
  });

  test('more items than the total', async () => {
    const { api } = fakeCloud(
      pages(
        () => ids(0, 3),
        () => 2,
      )(),
    );
    await expect(api.listConnections('eu-central-1')).rejects.toMatchObject({ code: 'IncompleteListing' });
  });

  test('a server that answers page 1 to every question', async () => {
    const { api } = fakeCloud(() => connectionList(items(ids(0, 50)), { TotalCount: 100, PageNumber: 1 }));
    await expect(api.listConnections('eu-central-1')).rejects.toMatchObject({ code: 'IncompleteListing' });
  });

  test('an absurd total is not used', async () => {
    const { api, sent } = fakeCloud(
      pages(
        () => ids(0, 50),
        () => 99_000_000,
      )(),
    );
    await expect(api.listConnections('eu-central-1')).rejects.toMatchObject({ code: 'IncompleteListing' });
    expect(asked(sent)).toEqual([1, 1]);
  });

  test('a failed page fails the listing', async () => {
    const list = pages(() => ids(0, 120))();
    const { api } = fakeCloud((call) => (call.params.PageNumber === 3 ? failure('Forbidden', 403) : list(call)));
    await expect(api.listConnections('eu-central-1')).rejects.toMatchObject({ code: 'Forbidden' });
  });

  test('transit routers of another account are not ours', async () => {
    const router = (id: string, AliUid: number) => ({ TransitRouterId: id, RegionId: 'eu-central-1', AliUid });
    const { api } = fakeCloud(({ action }) =>
      action === 'GetCallerIdentity'
        ? ok({ AccountId: '1000000000000001' })
        : ok({
            TotalCount: 2,
            PageNumber: 1,
            TransitRouters: [router('tr-a', 1000000000000001), router('tr-b', 2000000000000002)],
          }),
    );
    await api.getAccountId();
    expect(await api.listTransitRouters('eu-central-1')).toEqual([
      { transitRouterId: 'tr-a', cenId: undefined, regionId: 'eu-central-1', name: '' },
    ]);
  });
});

describe('a list that pages by token', () => {
  const page = (attachmentIds: readonly string[], NextToken?: string, TotalCount?: number) =>
    ok({
      ...(TotalCount === undefined ? {} : { TotalCount }),
      ...(NextToken === undefined ? {} : { NextToken }),
      TransitRouterAttachments: attachmentIds.map((id) => ({ TransitRouterAttachmentId: id, VpnId: `vco-of-${id}` })),
    });
  const tokens = (sent: readonly TransportCall[]) => sent.map(({ params }) => params.NextToken);
  const list = (answers: Parameters<typeof fakeCloud>[0]) => {
    const cloud = fakeCloud(answers);
    return { ...cloud, result: cloud.api.listAttachments('eu-central-1', 'tr-c') };
  };

  test('all pages, until there is no token', async () => {
    const { result, sent } = list([page(['a', 'b'], 't1', 3), page([], 't2', 3), page(['c'], '', 3)]);
    expect((await result).map(({ attachmentId }) => attachmentId)).toEqual(['a', 'b', 'c']);
    expect(tokens(sent)).toEqual([undefined, 't1', 't2']);
    expect(sent[0]?.params).toEqual({ RegionId: 'eu-central-1', TransitRouterId: 'tr-c', MaxResults: 50 });
  });

  test('without a total the token alone says when it ends', async () => {
    await expect(list([page(['a'], 't1'), page(['b'])]).result).resolves.toHaveLength(2);
  });

  test('a token that comes back ends in an error, not in a loop', async () => {
    const { result, sent } = list(() => page(['a'], 'again'));
    await expect(result).rejects.toMatchObject({
      code: 'IncompleteListing',
      message: 'ListTransitRouterVpnAttachments failed: IncompleteListing (a page token came back)',
    });
    expect(sent).toHaveLength(4);
  });

  test('a tag with two values is an error, in either order', async () => {
    const tag = (TagValue: string) => ({ ResourceId: 'vco-1', TagKey: 'vco-sweeper:keep', TagValue });
    const { api } = fakeCloud([ok({ TagResources: { TagResource: [tag('true'), tag('false')] } })]);
    await expect(api.listTags('eu-central-1', ['vco-1'])).rejects.toMatchObject({ code: 'IncompleteListing' });
  });

  test('a page of more items than a call may have arguments', async () => {
    const tags = Array.from({ length: 200_000 }, (_, at) => ({ ResourceId: 'vco-1', TagKey: `${at}`, TagValue: '' }));
    const { api } = fakeCloud([ok({ TagResources: { TagResource: tags } })]);
    expect((await api.listTags('eu-central-1', ['vco-1'])).get('vco-1')?.size).toBe(200_000);
  });

  test('tokens that never end', async () => {
    let request = 0;
    const { result, sent } = list(() => page([], `t${++request}`));
    await expect(result).rejects.toMatchObject({ code: 'IncompleteListing' });
    expect(sent).toHaveLength(2000);
  });

  test('fewer than the total: listed once more', async () => {
    const { result, sent } = list([page(['a'], undefined, 2), page(['a', 'b'], undefined, 2)]);
    await expect(result).resolves.toHaveLength(2);
    expect(sent).toHaveLength(2);
  });

  test('a total that changes: listed once more, then an error', async () => {
    const { result, sent } = list([
      page(['a'], 't', 2),
      page(['b'], undefined, 3),
      page(['a'], 't', 2),
      page(['b'], undefined, 3),
    ]);
    await expect(result).rejects.toMatchObject({ code: 'IncompleteListing' });
    expect(sent).toHaveLength(4);
  });
});

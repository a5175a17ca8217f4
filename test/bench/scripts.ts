import type { BenchWorld } from './world.ts';

/**
 * The scripts that people write today, written fairly: whole listings, a read before each step and after it, throttled
 * calls repeated. They have no tags, no second witness, no limits and no log. These omissions do not count against the
 * sweeper either.
 */

type Row = { readonly regionId: string; readonly id: string; readonly isAttached: boolean };
type Body = Readonly<Record<string, unknown>>;

/** Spreads the retries evenly between half of their time and one and a half times it, like a good script's jitter. */
const SPREAD = 0.618_034;

async function request(
  world: BenchWorld,
  service: 'vpc' | 'cbn',
  action: string,
  params: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: Body }> {
  for (;;) {
    const { status, body } = await world.call(service, action, params);
    if (status === 400 && /Throttling/.test(String((body as Body).Code))) {
      await world.sleep(world.times.retryMs * (0.5 + ((world.throttled * SPREAD) % 1)));
      continue;
    }
    return { status, body: body as Body };
  }
}

async function list(world: BenchWorld, regionId: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page += 1) {
    const params = { RegionId: regionId, PageSize: '50', PageNumber: String(page) };
    const { body } = await request(world, 'vpc', 'DescribeVpnConnections', params);
    const { VpnConnection: items } = body.VpnConnections as {
      VpnConnection: { VpnConnectionId: string; AttachType: string }[];
    };
    rows.push(
      ...items.map(({ VpnConnectionId: id, AttachType }) => ({ regionId, id, isAttached: AttachType === 'CEN' })),
    );
    if (page * 50 >= Number(body.TotalCount)) {
      return rows;
    }
  }
}

const read = (world: BenchWorld, { regionId, id }: Row) =>
  request(world, 'vpc', 'DescribeVpnConnection', { RegionId: regionId, VpnConnectionId: id });

/** Detach and wait if it is attached, delete, read. */
async function remove(world: BenchWorld, row: Row): Promise<void> {
  if (row.isAttached) {
    await request(world, 'cbn', 'DeleteTransitRouterVpnAttachment', {
      TransitRouterAttachmentId: attachmentOf(world, row.id),
      ClientToken: `detach-${row.id}`,
    });
    await world.sleep(world.times.pollMs);
    while ((await read(world, row)).body.AttachType === 'CEN') {
      await world.sleep(world.times.pollMs);
    }
  }
  const params = { RegionId: row.regionId, VpnConnectionId: row.id, ClientToken: `delete-${row.id}` };
  await request(world, 'vpc', 'DeleteVpnAttachment', params);
  while ((await read(world, row)).status === 200) {
    await world.sleep(world.times.pollMs);
  }
}

/** This costs nothing here, which flatters the scripts, because they would have to list attachments. */
function attachmentOf(world: BenchWorld, id: string): string {
  const found = world.emulator.estate.attachments.find(({ VpnId }) => VpnId === id);
  return found?.TransitRouterAttachmentId ?? '';
}

/** A connection after the other, with a read before each. */
export async function runSequential(world: BenchWorld): Promise<undefined> {
  for (const regionId of world.regions) {
    for (const row of await list(world, regionId)) {
      const { body } = await read(world, row);
      await remove(world, { ...row, isAttached: body.AttachType === 'CEN' });
    }
  }
}

/** All at once. */
export async function runUnbounded(world: BenchWorld): Promise<undefined> {
  const rows = await Promise.all(world.regions.map((regionId) => list(world, regionId)));
  await Promise.all(rows.flat().map((row) => remove(world, row)));
}

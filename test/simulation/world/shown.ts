/** The replies that the cloud gave to one run. They tell whether the run had looked before it acted. */
export type Reply = { readonly status: number; readonly body: unknown };
type Body = Readonly<Record<string, unknown>>;
type Params = Readonly<Record<string, string>>;
export type Call = { readonly action: string; readonly params: Params; readonly accountId: string };

type Page = { readonly total: unknown; readonly ids: readonly string[] };

export class Shown {
  /** Per connection: when each reading of it was sent. */
  readonly readings = new Map<string, number[]>();
  /** Per transit router: when each whole listing of it was sent. */
  readonly routerReadings = new Map<string, number[]>();
  /** Per attachment: when each reading of it by itself was sent. */
  readonly attachmentReadings = new Map<string, number[]>();
  readonly #pages = new Map<string, Map<string, Page>>();
  /** Regions whose connections were listed whole at least once. A later listing that fails takes nothing back. */
  readonly #whole = new Set<string>();
  readonly #routers = new Map<string, readonly string[]>();
  /** ARNs of roles that were assumed. */
  readonly assumed = new Set<string>();

  add({ action, params, accountId }: Call, sentMs: number, { status, body }: Reply): void {
    if (status !== 200 || typeof body !== 'object' || body === null) {
      return;
    }
    const reply = body as Body;
    if (action === 'DescribeVpnConnections') {
      this.#addConnections(params, accountId, sentMs, reply);
    }
    if (action === 'ListTransitRouters') {
      this.#addRouters(params, accountId, reply);
    }
    if (action === 'AssumeRole') {
      this.assumed.add(params.RoleArn ?? '');
    }
    if (action === 'DescribeVpnConnection' && typeof reply.VpnConnectionId === 'string') {
      this.#read(this.readings, reply.VpnConnectionId, sentMs);
    }
    if (action === 'ListTransitRouterVpnAttachments' && Array.isArray(reply.TransitRouterAttachments)) {
      const alone = params.TransitRouterAttachmentId;
      if (alone === undefined) {
        this.#read(this.routerReadings, params.TransitRouterId ?? '', sentMs);
      } else {
        this.#read(this.attachmentReadings, alone, sentMs);
      }
    }
  }

  /** Whether the connections of a region, and the attachments of each of its transit routers, were read whole. */
  sawWhole(accountId: string, regionId: string): boolean {
    return this.sawRouters(accountId, regionId) && this.sawAllConnections(accountId, regionId);
  }

  sawRouters(accountId: string, regionId: string): boolean {
    return this.#routers.get(`${accountId} ${regionId}`)?.every((id) => this.routerReadings.has(id)) ?? false;
  }

  routersOf(accountId: string, regionId: string): readonly string[] {
    return this.#routers.get(`${accountId} ${regionId}`) ?? [];
  }

  sawAllConnections(accountId: string, regionId: string): boolean {
    return this.#whole.has(`${accountId} ${regionId}`);
  }

  #addConnections(params: Params, accountId: string, sentMs: number, reply: Body): void {
    const items = (reply.VpnConnections as { VpnConnection?: unknown } | undefined)?.VpnConnection;
    if (!Array.isArray(items)) {
      return;
    }
    const ids = items.map((item: Body) => String(item.VpnConnectionId));
    for (const id of ids) {
      this.#read(this.readings, id, sentMs);
    }
    const key = `${accountId} ${params.RegionId}`;
    const pages = this.#pages.get(key) ?? new Map<string, Page>();
    pages.set(params.PageNumber ?? '1', { total: reply.TotalCount, ids });
    this.#pages.set(key, pages);
    if (isWhole([...pages.values()])) {
      this.#whole.add(key);
    }
  }

  #addRouters(params: Params, accountId: string, reply: Body): void {
    if (!Array.isArray(reply.TransitRouters)) {
      return;
    }
    this.#routers.set(
      `${accountId} ${params.RegionId}`,
      reply.TransitRouters.map((router: Body) => String(router.TransitRouterId)),
    );
  }

  #read(readings: Map<string, number[]>, id: string, sentMs: number): void {
    const known = readings.get(id);
    if (known) {
      known.push(sentMs);
    } else {
      readings.set(id, [sentMs]);
    }
  }
}

function isWhole(pages: readonly Page[]): boolean {
  const [first] = pages;
  const ids = new Set(pages.flatMap((page) => page.ids));
  return first !== undefined && pages.every(({ total }) => total === first.total) && ids.size === first.total;
}

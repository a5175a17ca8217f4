import type { AttachmentRecord, Cen, RouteTable, TransitRouterRecord } from '../estate/estate-types.ts';
import { ApiError } from '../gateway/api-error.ts';
import { type Context, cbn } from '../operation.ts';
import type { Table } from '../state/record-table.ts';
import { listingTagsBy, type TaggedKind, type TagService, taggingBy, untaggingBy } from './tag-operations.ts';
import type { TaggedRow } from './visible-tags.ts';

/** Resources of a table that belong to the caller, in any region. */
const ownedIn = <T extends TaggedRow>(
  tableOf: (context: Context) => Table<T>,
  idOf: (row: T) => string,
  ownerOf: (context: Context, row: T) => string | undefined,
): TaggedKind => ({
  all: (context) =>
    tableOf(context)
      .all()
      .filter((row) => ownerOf(context, row) === context.caller.accountId)
      .map((row) => ({ id: idOf(row), row })),
  get: (context, id) => {
    const row = tableOf(context).get(id);
    return row !== undefined && ownerOf(context, row) === context.caller.accountId ? { id, row } : undefined;
  },
});

const owner = (_context: Context, { accountId }: { readonly accountId: string }): string => accountId;

const service: TagService = {
  kinds: new Map<string, TaggedKind>([
    [
      'CEN',
      ownedIn<Cen>(
        ({ store }) => store.cens,
        (row) => row.CenId,
        owner,
      ),
    ],
    [
      'TRANSITROUTER',
      ownedIn<TransitRouterRecord>(
        ({ store }) => store.transitRouters,
        (row) => row.TransitRouterId,
        owner,
      ),
    ],
    [
      'TRANSITROUTERVPNATTACHMENT',
      ownedIn<AttachmentRecord>(
        ({ store }) => store.attachments,
        (row) => row.TransitRouterAttachmentId,
        owner,
      ),
    ],
    [
      'TRANSITROUTERROUTETABLE',
      ownedIn<RouteTable>(
        ({ store }) => store.routeTables,
        (row) => row.TransitRouterRouteTableId,
        ({ store }, row) => store.transitRouters.get(row.TransitRouterId)?.accountId,
      ),
    ],
  ]),
  page: { name: 'PageSize', fallback: 10, max: 50 },
  notFound: (id) => new ApiError(400, 'InvalidResourceId.NotFound', `The specified resource ${id} does not exist.`),
};

export const tagCbnResources = cbn('TagResources', { kind: 'write', run: taggingBy(service) });
export const untagCbnResources = cbn('UntagResources', { kind: 'write', run: untaggingBy(service) });
export const listCbnTagResources = cbn('ListTagResources', {
  kind: 'read',
  paging: 'token',
  run: listingTagsBy(service),
});

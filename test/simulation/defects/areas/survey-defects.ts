import type { Defect } from '../defect.ts';

/** Mistakes about the content of a listing, and whether it is complete. */
export const SURVEY_DEFECTS: readonly Defect[] = [
  {
    id: 'failed-listing-is-empty',
    happened: 'A failed listing was taken for an empty list.',
    file: 'lib/sweep/survey/survey-region.ts',
    from: 'owners.map((owner) => readOwner(owner, place.regionId, needsRouting, admitted)));',
    to: 'owners.map((owner) => readOwner(owner, place.regionId, needsRouting, admitted).catch(() => ({ ...owner, routers: [] }))));',
    promise: 'S2',
  },
  {
    id: 'unread-region-is-complete',
    happened: 'A region whose connections could not be listed was reported as looked at.',
    file: 'lib/sweep/survey/survey-region.ts',
    from: "return { listing: unsupported ? 'unsupported' : 'unread', error, connections: [] };",
    to: "return unsupported ? { listing: 'unsupported', error, connections: [] } : { listing: 'complete', estate: { connections: [], tagsError: undefined, witnesses: createWitnesses(new Map(), []), routing: new Map(), ownerOf: new Map() } };",
    promise: 'S2',
  },
  {
    id: 'failed-page-ends-listing',
    happened: 'An unreadable page ended the listing, and the pages so far counted as all pages.',
    file: 'lib/cloud/client/list-pages.ts',
    from: 'const page = await listing.fetch(token === undefined ? {} : { NextToken: token });',
    to: 'const page: TokenPage<T> = await listing.fetch(token === undefined ? {} : { NextToken: token }).catch(() => ({ items: [], totalCount: undefined, nextToken: undefined }));',
    promise: 'S2',
  },
  {
    id: 'first-page-only',
    happened: 'Only the first page of a listing was read.',
    file: 'lib/cloud/client/list-pages.ts',
    from: 'const pageCount = Math.ceil(first.totalCount / PAGE_SIZE);',
    to: 'const pageCount = 1; if (first.totalCount > PAGE_SIZE) return { items: first.items };',
    promise: 'S2',
  },
  {
    id: 'total-not-compared',
    happened: 'Nobody compared the number of items with the total that the service gave.',
    file: 'lib/cloud/client/list-pages.ts',
    from: 'if (total !== undefined && distinct.size !== total) {',
    to: 'if (total === -1) {',
    promise: 'S2',
  },
];

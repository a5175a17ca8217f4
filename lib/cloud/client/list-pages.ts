import { isDeepStrictEqual } from 'node:util';
import { CloudError } from '../../core/domain/errors.ts';
import { PAGE_SIZE } from '../../core/domain/listing.ts';
import type { AnyAction } from './actions.ts';
import type { Params } from './transport.ts';

/** One reply of a list that pages by number. */
export type Page<T> = {
  readonly items: readonly T[];
  readonly totalCount: number;
};

/** One reply of a list that pages by token. */
export type TokenPage<T> = {
  readonly items: readonly T[];
  /** Undefined when the reply did not say. */
  readonly totalCount: number | undefined;
  /** Undefined at the end. */
  readonly nextToken: string | undefined;
};

type Listing<T, P> = {
  readonly action: AnyAction;
  readonly idOf: (item: T) => string;
  /** Ask for one page; `params` are those that say which. */
  readonly fetch: (params: Params) => Promise<P>;
};

/** What one pass over all pages found, or why it does not add up. */
type Pass<T> = { readonly items: readonly T[] } | { readonly mismatch: string };

/** 50,000 of a kind in one region is far beyond any quota: a total above it is a mistake. */
const PAGES_MAX = 1000;

/**
 * All items of a list that pages by number: the first page, then the others side by side; or all side by side, when it
 * is `likely` known how many items there are. The less time between the pages, the less can move between them. Where
 * `admit` keeps them waiting, the first is read again with the others.
 *
 * Complete means that every page arrived, all gave the same total, and the distinct ids are as many. Items that move
 * between pages while we read break that; then everything is listed once more, and after that it is an error.
 */
export async function listByNumber<T>(
  listing: Listing<T, Page<T>> & {
    readonly likely?: number | undefined;
    readonly admit?: ((total: number) => Promise<boolean>) | undefined;
    readonly onPage?: ((read: number) => void) | undefined;
  },
): Promise<readonly T[]> {
  let read = 0;
  const page = async (pageNumber: number): Promise<Page<T>> => {
    const found = await listing.fetch({ PageNumber: pageNumber, PageSize: PAGE_SIZE });
    read += found.items.length;
    listing.onPage?.(read);
    return found;
  };

  const { likely = 0 } = listing;
  if (likely > PAGE_SIZE) {
    const pages = await Promise.all(pageNumbers(1, Math.ceil(likely / PAGE_SIZE)).map(page)).catch(asNoPages);
    const found = toItems(pages, listing.idOf);
    if ('items' in found) {
      return found.items;
    }
  }
  return twice(listing.action, async () => {
    read = 0;
    const first = await page(1);
    const pageCount = Math.ceil(first.totalCount / PAGE_SIZE);
    if (pageCount > PAGES_MAX) {
      return { mismatch: `a total of ${first.totalCount}` };
    }
    const isOld = pageCount > 1 && (await listing.admit?.(first.totalCount)) === true;
    read = isOld ? 0 : read;
    const rest = await Promise.all(pageNumbers(isOld ? 1 : 2, pageCount).map(page));
    return toItems(isOld ? rest : [first, ...rest], listing.idOf);
  });
}

const pageNumbers = (first: number, last: number): readonly number[] =>
  Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index);

/** A page that may not even exist says nothing when it fails: then the pages are asked for in order. */
function asNoPages(error: unknown): readonly never[] {
  if (error instanceof CloudError) {
    return [];
  }
  throw error;
}

function toItems<T>(pages: readonly Page<T>[], idOf: (item: T) => string): Pass<T> {
  const [first] = pages;
  if (first === undefined || !pages.every(({ totalCount }) => totalCount === first.totalCount)) {
    return { mismatch: 'the total changed' };
  }
  return countDistinct(
    pages.flatMap(({ items }) => items),
    first.totalCount,
    idOf,
  );
}

/**
 * All items of a list that pages by token.
 *
 * Ends when a reply has no token. A token that comes back, a total that changes, or distinct ids that are not as many
 * as the total make it incomplete: listed once more, then an error.
 */
export function listByToken<T>(listing: Listing<T, TokenPage<T>>): Promise<readonly T[]> {
  return twice(listing.action, async () => {
    const items: T[] = [];
    const totals = new Set<number>();
    const tokens = new Set<string>();
    let token: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const page = await listing.fetch(token === undefined ? {} : { NextToken: token });
      // Not spread: a reply may hold more items than a call may have arguments.
      for (const item of page.items) {
        items.push(item);
      }
      if (page.totalCount !== undefined) {
        totals.add(page.totalCount);
      }
      if (totals.size > 1) {
        return { mismatch: 'the total changed' };
      }
      token = page.nextToken;
      if (token === undefined) {
        return countDistinct(items, [...totals][0], listing.idOf);
      }
      if (tokens.has(token)) {
        return { mismatch: 'a page token came back' };
      }
      tokens.add(token);
    }
    return { mismatch: `more than ${PAGES_MAX} pages` };
  });
}

/**
 * Distinct items by id. A mismatch when copies of an item differ, for either may be what holds, or when they are not as
 * many as the total, if there is one.
 */
function countDistinct<T>(items: readonly T[], total: number | undefined, idOf: (item: T) => string): Pass<T> {
  const distinct = new Map<string, T>();
  for (const item of items) {
    const id = idOf(item);
    if (distinct.has(id) && !isDeepStrictEqual(distinct.get(id), item)) {
      return { mismatch: 'copies of an item differ' };
    }
    distinct.set(id, item);
  }
  if (total !== undefined && distinct.size !== total) {
    return { mismatch: `${distinct.size} of ${total}` };
  }
  return { items: [...distinct.values()] };
}

async function twice<T>(action: AnyAction, pass: () => Promise<Pass<T>>): Promise<readonly T[]> {
  const first = await pass();
  if ('items' in first) {
    return first.items;
  }
  const second = await pass();
  if ('items' in second) {
    return second.items;
  }
  throw new CloudError({ action, code: 'IncompleteListing', effect: 'refused', detail: second.mismatch });
}

import { isDeepStrictEqual } from 'node:util';
import { CloudError } from '../../core/domain/errors.ts';
import { PAGE_SIZE } from '../../core/domain/listing.ts';
import type { AnyAction } from './actions.ts';
import type { Params } from './transport.ts';

/** A reply of a list that pages by number. */
export type Page<T> = {
  readonly items: readonly T[];
  readonly totalCount: number;
};

/** A reply of a list that pages by token. */
export type TokenPage<T> = {
  readonly items: readonly T[];
  /** Undefined when the reply does not say. */
  readonly totalCount: number | undefined;
  /** Undefined at the end. */
  readonly nextToken: string | undefined;
};

type Listing<T, P> = {
  readonly action: AnyAction;
  readonly idOf: (item: T) => string;
  /** Asks for a page. `params` are the parameters that choose it. */
  readonly fetch: (params: Params) => Promise<P>;
};

/** The result of a pass over all pages, or the reason why it does not add up. */
type Pass<T> = { readonly items: readonly T[] } | { readonly mismatch: string };

/** 50,000 of a kind in a single region is far beyond any quota, so a total above it is a mistake. */
const PAGES_MAX = 1000;

/**
 * All items of a list that pages by number.
 *
 * It reads the first page, and then the rest side by side. If it is `likely` known how many items there are, it reads
 * all pages side by side. The less time passes between the pages, the less can move between them, so if `admit` delays
 * the rest, the first page is read again with them.
 *
 * A listing is complete when every page arrived, all pages gave the same total, and the number of distinct ids equals
 * it. An item that moves between pages during the reads breaks that. The list is then read once more, and after that it
 * is an error.
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

/** The failure of a page that may not exist proves nothing, so the pages are then read in order. */
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
 * It ends when a reply has no token. A repeated token, a changed total, or a number of distinct ids other than the
 * total makes it incomplete. The list is then read once more, and after that it is an error.
 */
export function listByToken<T>(listing: Listing<T, TokenPage<T>>): Promise<readonly T[]> {
  return twice(listing.action, async () => {
    const items: T[] = [];
    const totals = new Set<number>();
    const tokens = new Set<string>();
    let token: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const page = await listing.fetch(token === undefined ? {} : { NextToken: token });
      // Not spread, because a reply may hold more items than a call may have arguments.
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
 * Distinct items by id. A mismatch when copies of an item differ, because either may be true, or when a total exists
 * and their number differs from it.
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

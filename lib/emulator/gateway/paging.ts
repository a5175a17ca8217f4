import type { Context, ReplyBody } from '../operation.ts';
import { shuffled } from '../random.ts';
import { ApiError, invalid } from './api-error.ts';

type Bounds = { readonly name: string; readonly fallback: number; readonly max: number };

/** The size of a page within its bounds. Out of bounds, it is refused, or clamped if the switch says so. */
function sizeOf({ params, behaviours }: Context, { name, fallback, max }: Bounds): number {
  const size = params.integer(name) ?? fallback;
  if (size >= 1 && size <= max) {
    return size;
  }
  if (behaviours.pageSizeOutOfRange === 'clamp') {
    return Math.min(Math.max(size, 1), max);
  }
  throw invalid(name);
}

/** The rows to cut pages from, after the effects of a fault. */
function arranged<T>({ fault, behaviours, random }: Context, rows: readonly T[]): readonly T[] {
  if (fault?.kind === 'empty-list') {
    return [];
  }
  if (behaviours.listingOrder === 'shuffled') {
    return shuffled(rows, random);
  }
  const last = rows.at(-1);
  return fault?.kind === 'shift-pages' && last !== undefined ? [last, ...rows.slice(0, -1)] : rows;
}

const totalOf = ({ fault }: Context, rows: readonly unknown[]): number =>
  fault?.kind === 'wrong-total' ? Math.max(0, rows.length + fault.delta) : rows.length;

export type PageReply<T> = { readonly items: readonly T[]; readonly fields: ReplyBody };

/** PageNumber, PageSize and TotalCount, as in the VPC API. */
export function numberedPage<T>(context: Context, all: readonly T[], max = 50): PageReply<T> {
  const size = sizeOf(context, { name: 'PageSize', fallback: 10, max });
  const number = context.params.integer('PageNumber') ?? 1;
  if (number < 1) {
    throw invalid('PageNumber');
  }
  const rows = arranged(context, all);
  const start = (number - 1) * size;
  return {
    items: rows.slice(start, start + size),
    fields: { PageNumber: number, PageSize: size, TotalCount: totalOf(context, rows) },
  };
}

const tokenFor = (start: number): string => Buffer.from(`page:${start}`).toString('base64url');

function startOf(token: string | undefined): number {
  if (token === undefined) {
    return 0;
  }
  const start = /^page:(\d{1,12})$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (start === undefined) {
    throw new ApiError(400, 'IllegalParam.NextToken', 'The specified NextToken is illegal.');
  }
  return Number(start);
}

/** MaxResults and NextToken, as in the CBN API. A listing may name the size of its pages differently. */
export function tokenPage<T>(
  context: Context,
  all: readonly T[],
  bounds: { readonly name?: string; readonly fallback: number; readonly max: number },
): PageReply<T> {
  const size = sizeOf(context, { name: 'MaxResults', ...bounds });
  const start = startOf(context.params.text('NextToken'));
  const rows = arranged(context, all);
  const end = start + size;
  const next =
    context.fault?.kind === 'repeat-next-token' ? tokenFor(start) : end < rows.length ? tokenFor(end) : undefined;
  return {
    items: rows.slice(start, end),
    fields: {
      MaxResults: size,
      TotalCount: totalOf(context, rows),
      ...(next !== undefined && { NextToken: next }),
    },
  };
}

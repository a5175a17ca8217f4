import { toPrintable } from '../core/text/printable.ts';

/** A connection that stays, and the reason. `verdict` is as in the journal. */
export type Kept = { readonly verdict: string; readonly reason: string };

/**
 * The reasons why connections stay, in few lines: the number for each reason, the most frequent reason first. Ids and
 * times are left out.
 */
export function digestKept(kept: readonly Kept[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const one of kept) {
    const why = toPrintable(summarise(one));
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  const rows = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([, number]) => String(number).length));
  return rows.map(([why, number]) => `${String(number).padStart(width)}  ${why}`);
}

function summarise({ verdict, reason }: Kept): string {
  switch (verdict) {
    case 'in-use':
      return 'in use';
    case 'not-ours':
      return 'made for a VPN gateway: never touched';
    case 'unknown':
      return `in doubt: ${withoutIds(reason)}`;
    default:
      return `${verdict}: ${withoutIds(reason)}`;
  }
}

/** Removes ids. Real ids are long, so short tag keys such as `vco-sweeper:keep` stay. */
const withoutIds = (text: string): string =>
  text
    .replace(/\b(tr-attach|tr|tun|vco|vpn|cen|vtb)-[0-9a-z]{12,}/g, '$1-…')
    .replace(/(created )?\d{4}-\d\d-\d\dT[\d:.]+Z(, )?/g, '');

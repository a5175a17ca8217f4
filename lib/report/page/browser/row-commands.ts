import { isAccountId, isConnectionId, isRegionId } from '../../../core/domain/ids.ts';
import type { Row } from './page-rows.ts';

export type RowCommand = { readonly does: string; readonly line: string };

const RESTORABLE: ReadonlySet<string> = new Set(['deleted', 'held']);
const GONE: ReadonlySet<string> = new Set(['deleted', 'already-gone']);

/**
 * The commands that a person may want for a connection, to paste into a shell. Pure.
 *
 * Only ids get into a command, and an id has no character that a shell takes for more than a letter. A text in the place of
 * an id gives no command at all: quotes would make it harmless for the shell, but not true.
 *
 * @param manyAccounts whether the report has more than one: only then a command has to say which
 */
export function commandsFor(row: Row, manyAccounts: boolean): readonly RowCommand[] {
  const { id, region, account, outcome } = row;
  if (!isConnectionId(id) || !isRegionId(region) || !isAccountId(account)) {
    return [];
  }
  const place = `--region ${region}${manyAccounts ? ` --account ${account}` : ''}`;
  const resource = `--RegionId ${region} --ResourceType VPNATTACHMENT --ResourceId.1 ${id}`;
  const keep = `aliyun vpc TagResources ${resource} --Tag.1.Key vco-sweeper:keep --Tag.1.Value true`;
  const wanted: readonly (readonly [does: string, applies: boolean, line: string])[] = [
    ['Restore it', RESTORABLE.has(outcome), `vco-sweeper restore ${id}`],
    ['Keep it', !GONE.has(outcome) && outcome !== 'protected', keep],
    ['Explain it', !GONE.has(outcome), `vco-sweeper explain ${id} ${place}`],
  ];
  return wanted.flatMap(([does, applies, line]) => (applies ? [{ does, line }] : []));
}

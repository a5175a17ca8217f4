import { isAccountId, isConnectionId, isRegionId } from '../../../core/domain/ids.ts';
import type { Row } from './page-rows.ts';

export type RowCommand = { readonly does: string; readonly line: string };

const RESTORABLE: ReadonlySet<string> = new Set(['deleted', 'held']);
const GONE: ReadonlySet<string> = new Set(['deleted', 'already-gone']);

/**
 * The commands that a person may want for a connection, to paste into a shell. Pure.
 *
 * A command contains only ids, and an id has no special character of a shell. If a text in the place of an id has an
 * unexpected form, there is no command. Quotes would make the text harmless for the shell, but the command would still
 * be wrong.
 *
 * @param manyAccounts whether the report has several accounts. Only then does a command name the account
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

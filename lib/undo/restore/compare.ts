import type { Settings } from '../../core/undo/settings.ts';
import type { Backup } from '../backup-document.ts';
import { ATTACHMENT_FIELDS, CONNECTION_FIELDS, type Field } from '../field-table.ts';
import { addressesOf, shapeOf, toCreatable, valuesAt } from '../to-params.ts';
import type { EstateNow } from './estate-now.ts';

/** A field that differs from the backup. Null: the field is missing. */
export type Difference = { readonly field: string; readonly before: string | null; readonly now: string | null };

/** The fields of the connection and its attachment that differ from the backup. Pure. */
export function compareSettings(backup: Backup, { target, attachment }: EstateNow): readonly Difference[] {
  if (target?.settings === undefined || !('settings' in target.settings)) {
    return [];
  }
  const { connection } = backup;
  const now = target.settings.settings;
  const shape = shapeOf(connection);
  const fields = CONNECTION_FIELDS.filter(({ create, only }) => create !== undefined && (only ?? shape) === shape);
  const held =
    attachment?.settings !== undefined && 'settings' in attachment.settings ? attachment.settings.settings : {};
  const ids: readonly [string, Settings, Settings][] = [['VpnConnectionId', connection, now]];
  return [
    ...ids.flatMap(([field, a, b]) => differ(field, text(a[field]), text(b[field]))),
    ...addressDifferences(connection, now),
    ...compareFields(fields, toCreatable(connection), toCreatable(now)),
    ...(backup.attachment === null || attachment === undefined
      ? []
      : [
          ...differ(
            'TransitRouterAttachmentId',
            text(backup.attachment.TransitRouterAttachmentId),
            attachment.attachmentId,
          ),
          ...compareFields(
            ATTACHMENT_FIELDS.filter(({ create }) => create !== undefined),
            backup.attachment,
            held,
          ),
        ]),
  ];
}

function addressDifferences(connection: Settings, now: Settings): readonly Difference[] {
  const [before, after] = [addressesOf(connection), addressesOf(now)];
  return Array.from({ length: Math.max(before.length, after.length) }, (_, at) =>
    differ(
      before.length + after.length > 2 ? `InternetIp of tunnel ${at + 1}` : 'InternetIp',
      before[at] ?? null,
      after[at] ?? null,
    ),
  ).flat();
}

function compareFields(fields: readonly Field[], before: Settings, now: Settings): readonly Difference[] {
  return fields.flatMap(({ reply }) => {
    const [old, found] = [byPlace(before, reply), byPlace(now, reply)];
    return [...new Set([...old.keys(), ...found.keys()])].flatMap((place) =>
      differ(place, old.get(place) ?? null, found.get(place) ?? null),
    );
  });
}

const byPlace = (settings: Settings, path: string): ReadonlyMap<string, string> =>
  new Map(
    valuesAt(settings, path)
      .map(({ value, indexes }): [string, string] => [
        indexes.reduce((name, index) => name.replace('[]', `.${index + 1}`), path),
        String(value),
      ])
      .filter(([, value]) => value !== ''),
  );

const differ = (field: string, before: string | null, now: string | null): readonly Difference[] =>
  before === now || isSameWord(field, before, now) ? [] : [{ field, before, now }];

/** Replies contain this value in upper or lower case. */
const isSameWord = (field: string, before: string | null, now: string | null): boolean =>
  field === 'TunnelBandwidth' && before?.toLowerCase() === now?.toLowerCase();

const text = (value: Settings[string] | undefined): string | null => (value === undefined ? null : String(value));

import * as z from 'zod/mini';
import { ACCOUNT_PATTERN, CONNECTION_PATTERN, REGION_PATTERN } from '../core/domain/ids.ts';
import type { StoreDocument } from '../core/store/store.ts';
import { BACKUP_FORMAT } from '../core/store/store-layout.ts';
import type { Settings } from '../core/undo/settings.ts';
import type { Backup } from './backup-document.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const settings: z.ZodMiniType<Settings> = z.lazy(() =>
  z.record(z.string(), z.union([scalar, z.array(settings), settings])),
);
const text = z.string().check(z.minLength(1));
const maybe = z.nullable(settings);

const backup = z.object({
  format: z.literal(BACKUP_FORMAT),
  takenAt: z.iso.datetime(),
  runId: text,
  accountId: z.string().check(z.regex(ACCOUNT_PATTERN)),
  regionId: z.string().check(z.regex(REGION_PATTERN)),
  connection: settings.check(z.refine(({ VpnConnectionId: id }) => typeof id === 'string' && isConnection(id))),
  attachment: z.nullable(
    settings.check(z.refine((read) => isText(read.TransitRouterAttachmentId) && isText(read.TransitRouterId))),
  ),
  association: maybe,
  propagations: z.array(settings),
  staticRoutes: z.array(settings),
  vcoRoutes: z.array(settings),
  customerGateways: z.array(settings),
  tags: z.array(z.object({ Key: text, Value: z.string() })),
  verdict: z.object({ rule: z.nullable(z.string()), since: z.nullable(z.string()), evidence: z.array(z.string()) }),
});

const isConnection = (id: string): boolean => CONNECTION_PATTERN.test(id);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** A backup from a document of a store, or the place in it that is wrong. The answer quotes no text of the document. */
export function readBackup(document: StoreDocument): { readonly backup: Backup } | { readonly problem: string } {
  const read = z.safeParse(backup, document);
  return read.success
    ? { backup: read.data }
    : { problem: `it is no backup: ${read.error.issues[0]?.path.join('.') || 'its top level'} is not as it should be` };
}

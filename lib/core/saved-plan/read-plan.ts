import * as z from 'zod/mini';
import { ACCOUNT_PATTERN, CONNECTION_PATTERN, REGION_PATTERN } from '../domain/ids.ts';
import { RULE_NAMES } from '../rules/all-rules.ts';
import type { StoreDocument } from '../store/store.ts';
import { indexEntries, PLAN_FORMAT, type SavedPlan } from './saved-plan.ts';

const moment = z.iso.datetime({ offset: true });

const entry = z.strictObject({
  connectionId: z.string().check(z.regex(CONNECTION_PATTERN)),
  accountId: z.string().check(z.regex(ACCOUNT_PATTERN)),
  regionId: z.string().check(z.regex(REGION_PATTERN)),
  rule: z.enum([...RULE_NAMES, 'half-done']),
  since: z.nullable(moment),
  attachmentId: z.nullable(z.string().check(z.regex(/^tr-attach-\S+$/))),
  evidence: z.array(z.string()),
});

const plan = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  madeAt: moment,
  policyHash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  entries: z.array(entry),
});

/**
 * A plan from a document with a valid hash, or the place in it that is wrong. The answer quotes no text of the
 * document.
 */
export function readPlan(document: StoreDocument): { readonly plan: SavedPlan } | { readonly problem: string } {
  const read = z.safeParse(plan, document);
  if (!read.success) {
    return {
      problem: `it is no plan: ${read.error.issues[0]?.path.join('.') || 'its top level'} is not as it should be`,
    };
  }
  if (indexEntries(read.data.entries).size < read.data.entries.length) {
    return { problem: 'it is no plan: it has a connection twice' };
  }
  return { plan: read.data };
}

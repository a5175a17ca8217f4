import * as z from 'zod/mini';
import { parseInstant } from '../domain/time.ts';
import type { StoreDocument } from '../store/store.ts';
import { isStoreName } from '../store/store-layout.ts';
import { TOLD_FORMAT } from './told-document.ts';

const name = z.string().check(z.refine(isStoreName));
const word = z.string().check(z.regex(/^\S+$/));
const moment = z.string().check(z.refine((text) => parseInstant(text) !== undefined));

const told = z.object({
  format: z.literal(TOLD_FORMAT),
  reportId: name,
  channel: name,
  acceptedAt: moment,
  // A newer report may know more rules. No mark has a clock of an unknown rule.
  named: z.array(
    z.object({
      accountId: word,
      regionId: word,
      connectionId: word,
      rule: word,
      since: moment,
    }),
  ),
});

/** The record of a message as a run reads it. Ids and rules can be any text that the document contains. */
export type Told = z.infer<typeof told>;

/**
 * The record of a message, or the place in the document that is wrong. The answer quotes no text of the document. Pure.
 */
export function readTold(document: StoreDocument): { readonly told: Told } | { readonly problem: string } {
  const read = z.safeParse(told, document);
  return read.success
    ? { told: read.data }
    : { problem: `it is no record of a message: ${read.error.issues[0]?.path.join('.') || 'its top level'} is wrong` };
}

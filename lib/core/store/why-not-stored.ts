import type { Journal } from '../domain/journal.ts';
import { toStoreError } from './store-error.ts';

/** Why a result could not be stored. The log has the reason as well. Undefined if the result is stored. */
export async function whyNotStored(storing: Promise<void>, journal: Journal): Promise<string | undefined> {
  try {
    await storing;
    return undefined;
  } catch (error) {
    const { code, message } = toStoreError(error);
    journal('result.failed', { code, reason: message });
    return message;
  }
}

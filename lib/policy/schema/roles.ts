import * as z from 'zod/mini';
import { ROLE_ARN_PATTERN } from '../../core/domain/ids.ts';

/** The account in a role's ARN. Undefined if the text is no role ARN. */
export const accountIdOf = (roleArn: string): string | undefined => ROLE_ARN_PATTERN.exec(roleArn)?.[1];

/**
 * With two roles in an account, the sweep would read everything in it twice, and it would be unclear which role acts.
 */
export const oneRoleEach = <Item>(arnOf: (item: Item) => string, below: readonly string[]) =>
  z.superRefine<readonly Item[]>((items, context) => {
    const firstOf = new Map<string, number>();
    for (const [index, item] of items.entries()) {
      const accountId = accountIdOf(arnOf(item));
      if (accountId === undefined) {
        continue;
      }
      const first = firstOf.get(accountId);
      if (first === undefined) {
        firstOf.set(accountId, index);
      } else {
        const message = `account ${accountId} is there twice; item ${first} names it too`;
        context.addIssue({ code: 'custom', path: [index, ...below], message, params: { sentence: true } });
      }
    }
  });

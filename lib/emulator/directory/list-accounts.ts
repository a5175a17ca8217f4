import { ApiError } from '../gateway/api-error.ts';
import { numberedPage } from '../gateway/paging.ts';
import { DIRECTORY_VERSION, type Operation } from '../operation.ts';

/** ListAccounts: the members of the resource directory, for its management account. */
export const listAccounts: Operation = {
  version: DIRECTORY_VERSION,
  action: 'ListAccounts',
  kind: 'read',
  ram: 'resourcemanager:ListAccounts',
  paging: 'number',
  run(context) {
    const { estate, caller } = context;
    const { directory } = estate;
    if (directory === undefined) {
      throw new ApiError(404, 'EntityNotExists.ResourceDirectory', 'Resource directory is not enabled.');
    }
    if (caller.accountId !== directory.accountId) {
      throw new ApiError(403, 'NoPermission', 'You are not authorized to do this action.');
    }
    const { items, fields } = numberedPage(context, directory.members, 100);
    const ResourceDirectoryId = `rd-${directory.accountId.slice(-6)}`;
    return {
      ...fields,
      Accounts: {
        Account: items.map(({ accountId, DisplayName, Status }) => ({
          AccountId: accountId,
          DisplayName,
          FolderId: `r-${directory.accountId.slice(-6)}`,
          ResourceDirectoryId,
          Status,
          Type: 'ResourceAccount',
          JoinMethod: Status.startsWith('Invite') ? 'invited' : 'created',
          JoinTime: '2023-11-14T22:13:20Z',
          ModifyTime: '2023-11-14T22:13:20Z',
        })),
      },
    };
  },
};

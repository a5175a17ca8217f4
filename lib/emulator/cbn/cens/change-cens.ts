import type { Cen } from '../../estate/estate-types.ts';
import { isTitle } from '../../fields/field-checks.ts';
import { titlesOf } from '../../fields/titles.ts';
import { ApiError, dryRunPassed, invalid } from '../../gateway/api-error.ts';
import { type Context, cbn } from '../../operation.ts';
import { newTags } from '../../tags/new-tags.ts';
import { toMinute } from '../minute.ts';
import { findCen } from './find-cen.ts';

function levelOf({ params }: Context): Partial<Cen> {
  const level = params.text('ProtectionLevel');
  if (level !== undefined && level !== 'REDUCED') {
    throw invalid('ProtectionLevel');
  }
  return level === undefined ? {} : { ProtectionLevel: level };
}

const fieldsOf = (context: Context): Partial<Cen> => ({
  ...titlesOf(context.params, { Name: isTitle(128), Description: isTitle(256) }),
  ...levelOf(context),
});

/** CreateCen: `Creating` for a while, and then `Active`. */
export const createCen = cbn('CreateCen', {
  kind: 'write',
  run(context) {
    const { params, store, lifecycle, caller, random, nowMs } = context;
    const row: Cen = {
      accountId: caller.accountId,
      CenId: `cen-${random.letters(18)}`,
      ...fieldsOf(context),
      CreationTime: toMinute(nowMs),
      ResourceGroupId: 'rg-acfmxxxxxxxxxxx',
      tags: newTags(params),
    };
    store.insert(store.cens, row);
    const change = (target: Cen) => {
      target.Status = 'Creating';
    };
    lifecycle.begin(store.cens, row, change, lifecycle.changePending('active', nowMs));
    return { CenId: row.CenId };
  },
});

export const modifyCenAttribute = cbn('ModifyCenAttribute', {
  kind: 'write',
  run(context) {
    const row = findCen(context, context.params.need('CenId'));
    const changes = fieldsOf(context);
    context.store.edit(row, (target) => Object.assign(target, changes));
    return {};
  },
});

/** DeleteCen: refused while the CEN has a transit router, or is still being made. */
export const deleteCen = cbn('DeleteCen', {
  kind: 'write',
  run(context) {
    const { params, store, lifecycle, nowMs } = context;
    const row = findCen(context, params.need('CenId'));
    if (row.pending !== undefined || store.transitRouters.in('cen', row.CenId).length > 0) {
      throw new ApiError(
        400,
        'InvalidOperation.CenInstanceStatus',
        'The CEN instance is not in a valid state for this operation.',
      );
    }
    const change = (target: Cen) => {
      target.Status = 'Deleting';
    };
    lifecycle.begin(store.cens, row, change, lifecycle.changePending('gone', nowMs));
    return {};
  },
});

/** MoveResourceGroup: CBN can move several kinds of resources, but here only CENs exist. */
export const moveCenResourceGroup = cbn('MoveResourceGroup', {
  kind: 'write',
  run(context) {
    const { params, store } = context;
    if (params.need('ResourceType').toLowerCase() !== 'cen') {
      throw invalid('ResourceType');
    }
    const row = findCen(context, params.need('ResourceId'));
    const group = params.need('NewResourceGroupId');
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    store.edit(row, (target) => {
      target.ResourceGroupId = group;
    });
    return {};
  },
});

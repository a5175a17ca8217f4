/**
 * The number of resources in a tag call (TagResources, UnTagResources, ListTagResources). The documents disagree: 50
 * in the SDK and the Chinese pages, 20 in the English metadata.
 */
const BATCH_SIZE = 20;

export const inBatches = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / BATCH_SIZE) }, (_, index) =>
    items.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );

/** As many resources as one tagging call takes (TagResources, UnTagResources, ListTagResources). */
export const BATCH_SIZE = 50;

export const inBatches = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / BATCH_SIZE) }, (_, index) =>
    items.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );

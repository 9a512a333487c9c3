/**
 * Test support: many slow things, a few at a time.
 *
 * @module
 */

/** Maps the items, `width` of them at a time; the results are in the items' order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  map: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  // They take from one iterator, so each item is taken once.
  const work = async () => {
    for (const [index, item] of entries) results[index] = await map(item, index);
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}

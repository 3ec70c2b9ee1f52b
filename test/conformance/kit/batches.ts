/** Does something with each item, so many of them at once. */
export async function inBatches<Item>(
  items: readonly Item[],
  abreast: number,
  act: (item: Item, place: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += abreast) {
    const batch = items.slice(from, from + abreast);
    await Promise.all(batch.map((item, i) => act(item, from + i)));
  }
}

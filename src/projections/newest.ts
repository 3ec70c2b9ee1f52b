/** Where something stands in the log; `entry` where an event holds several. */
export interface Placed {
  sequence: number;
  entry?: number | null;
}

/** Appends to a list of which only the newest `max` are kept. */
export function pushNewest<Item>(list: Item[], item: Item, max: number): void {
  list.push(item);
  if (list.length > max) list.shift();
}

/**
 * The newest `max` of the items of many scopes, oldest first, each with its scope. Takes time for what can
 * still be among them: the items of a scope come in the order of the log, so what is behind one that is too
 * old is not looked at.
 */
export function newestOf<State extends { scope: string }, Item extends Placed>(
  states: readonly State[],
  itemsOf: (state: State) => readonly Item[],
  max: number,
): (Item & { scope: string })[] {
  const found: { scope: string; item: Item }[] = [];
  let oldest = -Infinity;
  for (const state of states) {
    const items = itemsOf(state);
    for (let i = items.length - 1; i >= 0; i--) {
      const item = items[i];
      if (!item || item.sequence < oldest) break;
      found.push({ scope: state.scope, item });
    }
    if (found.length < 4 * max) continue;
    found.sort((one, other) => byPlace(other.item, one.item)).length = max;
    oldest = found[max - 1]?.item.sequence ?? oldest;
  }
  found.sort((one, other) => byPlace(one.item, other.item));
  return found.slice(-max).map(({ scope, item }) => ({ scope, ...item }));
}

function byPlace(one: Placed, other: Placed): number {
  return one.sequence - other.sequence || (one.entry ?? 0) - (other.entry ?? 0);
}

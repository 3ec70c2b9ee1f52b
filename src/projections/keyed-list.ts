/**
 * Lists whose items are looked up by an id that a producer chose. A record by id would be the obvious thing,
 * but `__proto__` and `constructor` are ids too, and records order `10` before `b`. So states hold lists, in
 * order of first appearance; where an id stands is found in an index beside them, which a list that was
 * read back from JSON gets at the first look-up.
 */

const indices = new WeakMap<readonly object[], Map<string, object>>();

/** Below so many items, looking at each is faster than an index. */
const SHORT = 8;

type Keyed<Key extends string> = Readonly<Record<Key, string>>;

/** The item with this id. */
export function findById<Key extends string, Item extends Keyed<Key>>(
  list: readonly Item[],
  key: Key,
  id: string,
): Item | undefined {
  if (list.length <= SHORT) return list.find((item) => item[key] === id);
  return indexOf(list, key).get(id);
}

/** Appends an item whose id is not there yet. */
export function addWithId<Key extends string, Item extends Keyed<Key>>(
  list: Item[],
  key: Key,
  item: Item,
): void {
  if (list.length >= SHORT) indexOf(list, key).set(item[key], item);
  list.push(item);
}

/** Removes the item at a place of the list. */
export function removeAt<Key extends string>(list: Keyed<Key>[], key: Key, place: number): void {
  const index = indexOf(list, key);
  const [item] = list.splice(place, 1);
  if (item) index.delete(item[key]);
}

function indexOf<Key extends string, Item extends Keyed<Key>>(
  list: readonly Item[],
  key: Key,
): Map<string, Item> {
  let index = indices.get(list) as Map<string, Item> | undefined;
  if (index?.size !== list.length) {
    index = new Map(list.map((item) => [item[key], item]));
    indices.set(list, index);
  }
  return index;
}

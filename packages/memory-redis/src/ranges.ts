/** Returns the items of an index range. Negative indices count from the end; a range without items is empty. */
export function slice<Item>(items: readonly Item[], start: number, stop: number): Item[] {
  const { length } = items;
  const from = start < 0 ? Math.max(0, length + start) : start;
  const to = stop < 0 ? length + stop : stop;
  return to < from ? [] : items.slice(from, to + 1);
}

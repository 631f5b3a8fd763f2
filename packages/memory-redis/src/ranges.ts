/** From and to of a range by index, where negative ones count from the end; empty where there is nothing. */
export function slice<Item>(items: readonly Item[], start: number, stop: number): Item[] {
  const { length } = items;
  const from = start < 0 ? Math.max(0, length + start) : start;
  const to = stop < 0 ? length + stop : stop;
  return to < from ? [] : items.slice(from, to + 1);
}

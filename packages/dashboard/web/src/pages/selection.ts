import { useRef, useState } from 'preact/hooks';

/** The selected rows of a page. */
export interface Selection<Row> {
  rows: readonly Row[];
  has: (row: Row) => boolean;
  hasAll: boolean;
  /** With `range`, toggles all rows from the previous one to this one. */
  toggle: (row: Row, range: boolean) => void;
  toggleAll: () => void;
  clear: () => void;
}

/** Returns the selection. Rows that are no longer on the page are deselected. */
export function useSelection<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Selection<Row> {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>();
  const all = rows.map(keyOf);
  const hasAll = all.length > 0 && all.every((key) => keys.has(key));
  return {
    rows: rows.filter((row) => keys.has(keyOf(row))),
    has: (row) => keys.has(keyOf(row)),
    hasAll,
    toggle: (row, range) => {
      const key = keyOf(row);
      const [from, to] = [all.indexOf(last.current ?? key), all.indexOf(key)];
      const next = new Set(keys);
      if (range && from >= 0) {
        for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(one);
      } else if (!next.delete(key)) next.add(key);
      last.current = key;
      setKeys(next);
    },
    toggleAll: () => setKeys(hasAll ? new Set() : new Set(all)),
    clear: () => setKeys(new Set()),
  };
}

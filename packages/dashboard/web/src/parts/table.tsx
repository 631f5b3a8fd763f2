import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  /** The name of the column, also used in cards on a phone. */
  head: string;
  /** Shown instead of the name, such as a checkbox. */
  headCell?: JSX.Element;
  cell: (row: Row) => ComponentChildren;
  /** The sort key of rows when the user presses the head. */
  sort?: (row: Row) => number | string;
  /** The layout of the column; `title` heads its row. */
  kind?: 'title' | 'number' | 'args' | 'error' | 'names' | 'select' | 'actions';
  /** Whether the column is hidden if the table is narrow. */
  minor?: boolean;
}

const ARROWS = { ascending: ' ▲', descending: ' ▼' } as const;

// Columns that share the remaining width.
const WIDE: readonly Column<unknown>['kind'][] = ['title', 'args', 'error', 'names'];

interface Sorting {
  head: string;
  down: boolean;
}

/**
 * A table; on a phone each row is a card. The roles repeat the elements' implicit ones, which browsers drop when a
 * table is not laid out as one.
 */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
  sort,
  onSort,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** The identity of a row, independent of its position. */
  keyOf: (row: Row) => string;
  /**
   * The column by which it is sorted, such as `Waiting` or, in descending order, `-Waiting`; default: the user's last
   * choice.
   */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
}) {
  const [own, setOwn] = useState<string>();
  const sorting = sortingOf(onSort ? sort : own);
  const wide = columns.filter(({ kind }) => WIDE.includes(kind)).length;
  const sortedRows = sorted(rows, columns, sorting);
  const keys = uniqueKeys(sortedRows.map(keyOf));
  return (
    <div class="table">
      <table role="table" aria-label={caption} class={`wide-${wide}`}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Head key={column.head} column={column} sorting={sorting} onSort={onSort ?? setOwn} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sortedRows.map((row, index) => (
            <tr role="row" key={keys[index]}>
              {columns.map((column) => (
                <Cell key={column.head} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head<Row>({
  column,
  sorting,
  onSort,
}: {
  column: Column<Row>;
  sorting: Sorting | undefined;
  onSort: (sort: string) => void;
}) {
  const { head, headCell, sort, kind } = column;
  const direction =
    sorting?.head === head ? (sorting.down ? 'descending' : 'ascending') : undefined;
  return (
    <th role="columnheader" scope="col" class={classOf(column)} aria-sort={direction}>
      {headCell ??
        (sort ? (
          <button
            type="button"
            class="sort"
            onClick={() => onSort(direction === 'descending' ? head : `-${head}`)}
          >
            {head}
            <span aria-hidden="true">{direction && ARROWS[direction]}</span>
          </button>
        ) : kind === 'actions' ? (
          <span class="hidden">{head}</span>
        ) : (
          head
        ))}
    </th>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const { head, kind, cell } = column;
  if (kind === 'title') {
    return (
      <th role="rowheader" scope="row" class="title">
        {cell(row)}
      </th>
    );
  }
  return (
    <td role="cell" class={classOf(column)} data-label={head}>
      <div>{cell(row)}</div>
    </td>
  );
}

function classOf<Row>({ kind, minor = false }: Column<Row>): string {
  return [kind, minor && 'minor'].filter(Boolean).join(' ');
}

function sortingOf(sort: string | undefined): Sorting | undefined {
  if (sort === undefined) return undefined;
  return sort.startsWith('-') ? { head: sort.slice(1), down: true } : { head: sort, down: false };
}

/** Makes keys unique: Redis may hold two jobs with one id, and rows must not be confused. */
function uniqueKeys(keys: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return keys.map((key) => {
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return before === 0 ? key : `${key} ${before}`;
  });
}

function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const by = columns.find(({ head }) => head === sorting?.head)?.sort;
  if (!sorting || !by) return rows;
  const up = rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  return sorting.down ? up.reverse() : up;
}

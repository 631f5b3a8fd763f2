import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  /** What the column is called; what a card calls it on a phone, too. */
  head: string;
  /** In its place something to see, such as a checkbox. */
  headCell?: JSX.Element;
  cell: (row: Row) => ComponentChildren;
  /** By what rows are sorted when somebody presses the head. */
  sort?: (row: Row) => number | string;
  /** How it is set: `title` heads its row. */
  kind?: 'title' | 'number' | 'args' | 'error' | 'names' | 'select' | 'actions';
}

const ARROWS = { ascending: ' ▲', descending: ' ▼' } as const;

interface Sorting {
  head: string;
  down: boolean;
}

/**
 * A table; on a phone each row is a card. The roles are those that the elements have
 * by themselves: browsers forget them when a table is not laid out as one.
 */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row, index: number) => string;
}) {
  const [sorting, setSorting] = useState<Sorting>();
  return (
    <div class="table">
      <table role="table" aria-label={caption}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Head key={column.head} column={column} sorting={sorting} onSort={setSorting} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sorted(rows, columns, sorting).map((row, index) => (
            <tr role="row" key={keyOf(row, index)}>
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
  onSort: (sorting: Sorting) => void;
}) {
  const { head, headCell, sort, kind } = column;
  const direction =
    sorting?.head === head ? (sorting.down ? 'descending' : 'ascending') : undefined;
  return (
    <th role="columnheader" scope="col" class={kind} aria-sort={direction}>
      {headCell ??
        (sort ? (
          <button
            type="button"
            class="sort"
            onClick={() => onSort({ head, down: direction !== 'descending' })}
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
      <th role="rowheader" scope="row">
        {cell(row)}
      </th>
    );
  }
  return (
    <td role="cell" class={kind} data-label={head}>
      <div>{cell(row)}</div>
    </td>
  );
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

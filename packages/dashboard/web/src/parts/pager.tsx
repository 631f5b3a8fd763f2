import { count } from '../format';

const PAGE_SIZE = 20;

export function Pager({
  page,
  total,
  onPage,
}: {
  page: number;
  total: number;
  onPage: (page: number) => void;
}) {
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const first = (page - 1) * PAGE_SIZE + 1;
  return (
    <nav class="pager" aria-label="Pages of the table">
      <button type="button" disabled={page <= 1} onClick={() => onPage(1)}>
        First
      </button>
      <button type="button" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        Previous
      </button>
      <span>
        {count(Math.min(first, total))}–{count(Math.min(page * PAGE_SIZE, total))} of {count(total)}
      </span>
      <button type="button" disabled={page >= last} onClick={() => onPage(page + 1)}>
        Next
      </button>
      <button type="button" disabled={page >= last} onClick={() => onPage(last)}>
        Last
      </button>
    </nav>
  );
}

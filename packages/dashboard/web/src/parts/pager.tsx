import { count, plural } from '../format';

/** Goes through a list whose end the server knows; every page begins where the one before ended. */
export interface Place {
  from: number;
  /** Where the pages before began, the first of them first. */
  before: number[];
}

export const START: Place = { from: 0, before: [] };

export function Pager({
  place,
  shown,
  total,
  next,
  onPlace,
}: {
  place: Place;
  /** How many rows there are on this page. */
  shown: number;
  total: number;
  next: number | undefined;
  onPlace: (place: Place) => void;
}) {
  const { from, before } = place;
  const last = next ?? from + shown;
  const isAll = from === 0 && next === undefined;
  const range =
    last - from === shown
      ? `${count(Math.min(from + 1, last))}–${count(last)} of ${count(total)}`
      : `${count(shown)} of the ${count(last - from)} looked at, of ${count(total)}`;
  if (isAll) return <p class="pager">{plural(shown, 'job')}</p>;
  return (
    <nav class="pager" aria-label="Pages of the table">
      <button type="button" disabled={from === 0} onClick={() => onPlace(START)}>
        First
      </button>
      <button
        type="button"
        disabled={before.length === 0}
        onClick={() => onPlace({ from: before.at(-1) ?? 0, before: before.slice(0, -1) })}
      >
        Previous
      </button>
      <span>{range}</span>
      <button
        type="button"
        disabled={next === undefined}
        onClick={() => next !== undefined && onPlace({ from: next, before: [...before, from] })}
      >
        Next
      </button>
    </nav>
  );
}

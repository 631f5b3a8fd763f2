import { count, plural } from '../format';

/** A page of a list of known length; every page begins where the previous one ended. */
export interface Place {
  readonly from?: number | undefined;
  /** The starts of the previous pages, in order. */
  readonly before?: readonly number[] | undefined;
}

// Limits the length of the address.
const MAX_BEFORE = 20;

export function Pager({
  place: { from = 0, before = [] },
  shown,
  total,
  next,
  onPlace,
}: {
  place: Place;
  /** The number of rows on this page. */
  shown: number;
  total: number;
  next: number | undefined;
  onPlace: (place: Place) => void;
}) {
  const last = next ?? from + shown;
  const range =
    last - from === shown
      ? `${count(Math.min(from + 1, last))}–${count(last)} of ${count(total)}`
      : `${count(shown)} of ${count(last - from)} checked, ${count(total)} in total`;
  if (from === 0 && next === undefined) return <p class="pager">{plural(shown, 'job')}</p>;
  return (
    <nav class="pager" aria-label="Pages of the table">
      <button type="button" disabled={from === 0} onClick={() => onPlace({})}>
        First
      </button>
      <button
        type="button"
        disabled={before.length === 0}
        onClick={() => onPlace(placeAt(before.at(-1) ?? 0, before.slice(0, -1)))}
      >
        Previous
      </button>
      <span>{range}</span>
      <button
        type="button"
        disabled={next === undefined}
        onClick={() => onPlace(placeAt(next ?? 0, [...before, from].slice(-MAX_BEFORE)))}
      >
        Next
      </button>
    </nav>
  );
}

/** Returns the place, without values that equal those of the first page. */
function placeAt(from: number, before: readonly number[]): Place {
  return { ...(from > 0 && { from }), ...(before.length > 0 && { before }) };
}

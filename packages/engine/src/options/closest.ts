// What is longer is no slip of the fingers, and costs time.
const LONGEST = 100;

/** The known name that somebody has most likely meant; `undefined` if none is close. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  const wanted = plain(name);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const other of known) {
    if (other === name || other.length > LONGEST || name.length > LONGEST) continue;
    const distance = editDistance(wanted, plain(other));
    if (distance <= tolerance(wanted, plain(other)) && distance < (best?.distance ?? Infinity)) {
      best = { name: other, distance };
    }
  }
  return best?.name;
}

/** `Did you mean "send_email"?`; `undefined` if no known name is close. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const near = closest(name, known);
  return near === undefined ? undefined : `Did you mean "${near}"?`;
}

/** How many slips there may be: in a third of the letters. Of two letters each says too much. */
function tolerance(a: string, b: string): number {
  return Math.floor(Math.min(a.length, b.length) / 3);
}

/** Case and separators are a matter of style: `sendEmail` means `send_email`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[_\-.: ]/g, '');
}

/** Letters that were put in, left out, replaced, or swapped with their neighbours. */
function editDistance(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(before, j - 2) + 1 : Infinity;
      next.push(Math.min(replaced, at(row, j) + 1, at(next, j - 1) + 1, swapped));
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}

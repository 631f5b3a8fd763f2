// Longer names are not typing errors, and comparing them is slow.
const MAX_LENGTH = 100;

/** Returns the known name that was most likely meant; `undefined` if none is close. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  const wanted = plain(name);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const other of known) {
    if (other === name || other.length > MAX_LENGTH || name.length > MAX_LENGTH) continue;
    const distance = editDistance(wanted, plain(other));
    if (distance <= tolerance(wanted, plain(other)) && distance < (best?.distance ?? Infinity)) {
      best = { name: other, distance };
    }
  }
  return best?.name;
}

/** Returns `Did you mean "send_email"?`; `undefined` if no known name is close. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const near = closest(name, known);
  return near === undefined ? undefined : `Did you mean "${near}"?`;
}

/** Allows one typing error per three letters. Very short names are too similar to each other to suggest one. */
function tolerance(a: string, b: string): number {
  return Math.floor(Math.min(a.length, b.length) / 3);
}

/** Ignores case and separators, which are a matter of style: `sendEmail` means `send_email`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[_\-.: ]/g, '');
}

/** Counts inserted, missing, replaced and swapped letters. */
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

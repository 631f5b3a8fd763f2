/**
 * Reads a Retry-After header, which holds seconds or a date.
 *
 * @returns milliseconds, never negative; `undefined` if the header is missing or unreadable
 */
export function retryAfter({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

import type { Page } from '../scripts/job-scripts.js';

/**
 * Reads up to `count` entries after the first `from`, in as many steps as their size requires.
 *
 * @param read reads a page of at most `count` entries after the first `from`
 */
export async function readPages(
  read: (from: number, count: number) => Promise<Page>,
  from: number,
  count: number,
): Promise<Page> {
  let all = await read(from, count);
  while (all.next !== undefined && all.entries.length < count) {
    const more = await read(all.next, count - all.entries.length);
    all = {
      ...more,
      entries: [...all.entries, ...more.entries],
      scores: [...all.scores, ...more.scores],
    };
  }
  return all;
}

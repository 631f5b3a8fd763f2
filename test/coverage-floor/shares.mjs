import { relative } from 'node:path';

/**
 * Returns the percentage of lines that were run, by package.
 *
 * @param {Readonly<Record<string, { readonly lines: { readonly total: number, readonly covered: number } }>>} summary by the
 *   paths of files, as Istanbul writes it
 * @param {string} root of the repository
 * @returns {Record<string, number>}
 */
export function shares(summary, root) {
  /** @type {Record<string, { total: number, covered: number }>} */
  const sums = {};
  for (const [file, { lines }] of Object.entries(summary)) {
    const [, name] = /^packages[\\/]([^\\/]+)/.exec(relative(root, file)) ?? [];
    if (name === undefined) continue; // The sum of all.
    const sum = (sums[name] ??= { total: 0, covered: 0 });
    sum.total += lines.total;
    sum.covered += lines.covered;
  }
  const sorted = Object.entries(sums).sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(
    sorted.map(([name, { total, covered }]) => [name, (100 * covered) / Math.max(total, 1)]),
  );
}

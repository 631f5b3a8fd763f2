import type { Result } from './benchmark.js';

const columns = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A table of jobs per second: median (least – most), and how many times as fast as the others the first one is. */
export function table({ workload, what, rates }: Result): string {
  const [ours] = rates;
  const rows = rates.map(({ competitor, median, least, most }) => {
    const spread = `${columns.format(least)} – ${columns.format(most)}`;
    const ratio =
      ours && ours.competitor !== competitor ? `${(ours.median / median).toFixed(1)}×` : '';
    return (
      `  ${competitor.padEnd(20)}${columns.format(median).padStart(12)}/s   (${spread})`.padEnd(
        66,
      ) + ratio
    );
  });
  return [`${workload}: ${what}`, ...rows].join('\n');
}

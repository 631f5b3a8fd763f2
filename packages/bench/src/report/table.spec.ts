import { describe, expect, it } from '@jest/globals';
import { COMPETITORS } from '../competitors.js';
import { RATE, type Metric } from '../workloads/workload.js';
import { table } from './table.js';

const even = (median: number) => ({ median, min: median, max: median });

function resultOf(competitor: string, figures: Record<string, ReturnType<typeof even>>) {
  return { competitor, count: 1, figures };
}

describe('table', () => {
  it('shows how many times better this project is, and the share of the bound', () => {
    const rate = (competitor: string, median: number, spread = 0) =>
      resultOf(competitor, { rate: { median, min: median - spread, max: median + spread } });
    const results = [
      rate('nestcraft', 60_000, 3_000),
      rate('bound', 80_000),
      rate('bullmq', 12_000),
    ];
    const result = {
      workload: 'drain',
      what: 'a test',
      metrics: [RATE],
      cases: [{ title: '1 name', results }],
    };
    expect(table(result, COMPETITORS)).toBe(
      [
        '**`drain`**: a test',
        '',
        '|        |        this project |  bound |            BullMQ |',
        '| ------ | ------------------: | -----: | ----------------: |',
        '| 1 name | 60,000 (±5 %, 75 %) | 80,000 | 12,000 (5×, 15 %) |',
      ].join('\n'),
    );
  });

  it('counts less as better for such metrics, and leaves out competitors without a result', () => {
    const p50: Metric = { key: 'p50', title: 'p50', unit: 'ms', better: 'less' };
    const ours = resultOf('nestcraft', { p50: even(0.5) });
    const cases = [
      { title: '', results: [ours, resultOf('asynq', { p50: even(0.25) })] },
      { title: 'by LPUSH', results: [ours] },
    ];
    const text = table({ workload: 'idle', what: 'a test', metrics: [p50], cases }, COMPETITORS);
    expect(text.split('\n').slice(-2)).toEqual([
      '| p50      |       0.5 ms | 0.25 ms (0.5×) |',
      '| by LPUSH |       0.5 ms |              – |',
    ]);
  });
});

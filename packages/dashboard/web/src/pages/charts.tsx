import { useMemo } from 'preact/hooks';
import type { Metrics } from '../api';
import { count, duration, milliseconds, wait } from '../format';
import { Chart } from '../parts/chart';

/** Throughput and latency over time. */
export function Charts({ metrics }: { metrics: Metrics }) {
  const { intervals } = metrics;
  const times = useMemo(() => intervals.map(({ start }) => start), [intervals]);
  const jobs = useMemo(
    () => [
      { label: 'done', color: '--good', values: intervals.map(({ done }) => done) },
      { label: 'failed', color: '--bad', values: intervals.map(({ failed }) => failed) },
    ],
    [intervals],
  );
  const waits = useMemo(
    () => [
      {
        label: 'wait p95',
        color: '--accent',
        values: intervals.map((one) => rounded(one.wait.p95)),
      },
      { label: 'run p95', color: '--second', values: intervals.map(({ run }) => rounded(run.p95)) },
    ],
    [intervals],
  );
  const { total, step } = metrics;
  return (
    <div class="charts">
      <Chart title={`Jobs every ${duration(step)}`} times={times} series={jobs} />
      <Chart title="Times, 95 of 100 at most" times={times} series={waits} format={milliseconds} />
      <p class="hint">
        In all {count(total.done)} done, {count(total.failed)} failed, {count(total.dead)} dead; run
        p50 {milliseconds(total.run.p50)}, p95 {milliseconds(total.run.p95)}, p99{' '}
        {milliseconds(total.run.p99)}; wait p95 {wait(total.wait.p95)}. Go's workers do not count.
      </p>
    </div>
  );
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}

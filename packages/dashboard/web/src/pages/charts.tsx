import { useMemo, useState } from 'preact/hooks';
import type { Metrics } from '../api';
import { absolute, count, milliseconds, wait } from '../format';
import { Chart, type Series } from '../parts/chart';
import { Table, type Column } from '../parts/table';
import { useZone } from '../preferences';
import { perInterval } from '../words';

const HOUR = 3_600;

type Interval = Metrics['intervals'][number];

/** Throughput and latency over time. */
export function Charts({ metrics }: { metrics: Metrics }) {
  const { total, step } = metrics;
  // An incomplete minute would look like a drop; an incomplete hour or day is better than nothing.
  const intervals = useMemo(
    () => (step < HOUR ? metrics.intervals.slice(0, -1) : metrics.intervals),
    [metrics.intervals, step],
  );
  const times = useMemo(() => intervals.map(({ start }) => start), [intervals]);
  const [jobs, waits] = useMemo(() => [jobsOf(intervals), waitsOf(intervals)], [intervals]);
  return (
    <div class="charts">
      <Chart title={perInterval(step)} times={times} series={jobs} />
      <Chart title="Latency, p95" times={times} series={waits} format={milliseconds} />
      <p class="hint">
        {count(total.done)} done, {count(total.failed)} failed, {count(total.dead)} dead. Run p50{' '}
        {milliseconds(total.run.p50)}, p95 {milliseconds(total.run.p95)}, p99{' '}
        {milliseconds(total.run.p99)}; wait p50 {wait(total.wait.p50)}, p95 {wait(total.wait.p95)},
        p99 {wait(total.wait.p99)}. Workers in Go report no metrics.
      </p>
      <AsTable intervals={intervals} />
    </div>
  );
}

function jobsOf(intervals: readonly Interval[]): Series[] {
  return [
    {
      ...{ label: 'done', tone: 'good', color: '--good', filled: true },
      values: intervals.map(({ done }) => done),
    },
    {
      ...{ label: 'failed', tone: 'bad', color: '--bad', filled: true },
      values: intervals.map(({ failed }) => failed),
    },
  ];
}

function waitsOf(intervals: readonly Interval[]): Series[] {
  return [
    {
      ...{ label: 'wait', tone: 'info', color: '--accent' },
      values: intervals.map((one) => rounded(one.wait.p95)),
      format: wait,
    },
    {
      ...{ label: 'run', tone: 'violet', color: '--second' },
      values: intervals.map(({ run }) => rounded(run.p95)),
    },
  ];
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}

/** The data of the charts as a table, latest first. */
function AsTable({ intervals }: { intervals: readonly Interval[] }) {
  const [open, setOpen] = useState(false);
  const zone = useZone();
  const columns: Column<Interval>[] = [
    { head: 'Time', kind: 'title', cell: ({ start }) => absolute(start, zone) },
    { head: 'Done', kind: 'number', cell: ({ done }) => count(done) },
    { head: 'Failed', kind: 'number', cell: ({ failed }) => count(failed) },
    { head: 'Wait p95', kind: 'number', cell: (one) => wait(one.wait.p95) },
    { head: 'Run p95', kind: 'number', cell: ({ run }) => milliseconds(run.p95) },
  ];
  return (
    <details class="hint" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Charts as a table</summary>
      {open && (
        <Table
          caption="Jobs and latency over time"
          columns={columns}
          rows={intervals.toReversed()}
          keyOf={({ start }) => String(start)}
        />
      )}
    </details>
  );
}

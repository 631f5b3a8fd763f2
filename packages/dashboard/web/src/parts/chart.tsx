import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { absolute, count } from '../format';
import { useTheme } from '../theme';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  label: string;
  /** The name of a CSS variable that holds the colour. */
  color: string;
  values: (number | null)[];
}

/** Lines over time. What it shows stands in tables, too: a canvas says nothing to a screen reader. */
export function Chart({
  title,
  times,
  series,
  format = count,
}: {
  title: string;
  /** In seconds since the epoch. */
  times: number[];
  series: Series[];
  /** How its numbers are written. */
  format?: (value: number) => string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const labels = series.map(({ label }) => label).join();
  const theme = useTheme();
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: color('--muted'), grid: { stroke: color('--line'), width: 1 } };
    plot.current = new uPlot(
      {
        width: element.clientWidth,
        height: 180,
        cursor: { y: false },
        legend: { live: true },
        axes: [axis, { ...axis, size: 75, values: (_, ticks) => ticks.map(format) }],
        scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
        series: [
          { value: (_: uPlot, time: number | null) => (time === null ? '' : absolute(time)) },
          ...series.map(({ label, color: name }) => ({
            label,
            stroke: color(name),
            width: 2,
            points: { show: false },
            value: (_: uPlot, value: number | null) => (value === null ? '' : format(value)),
          })),
        ],
      },
      [times, ...series.map(({ values }) => values)],
      element,
    );
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: 180 }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [labels, format, theme]);
  useEffect(() => {
    plot.current?.setData([times, ...series.map(({ values }) => values)]);
  }, [times, series, theme]);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}

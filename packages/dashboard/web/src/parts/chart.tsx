import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { clock, count } from '../format';
import { isolated } from '../isolated';
import { usePreferences, useZone } from '../preferences';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  label: string;
  /** The name of a CSS class that sets the colour, such as `good`. */
  tone: string;
  /** The name of a CSS variable that holds the colour. */
  color: string;
  values: (number | null)[];
  /** The format of its numbers; default: the axis's format. */
  format?: (value: number) => string;
  /** Whether the area below the line is filled. */
  filled?: boolean;
}

const HEIGHT = 170;
const DAY = 86_400;

/**
 * A line chart over time. Above it are the values under the pointer, or those of the last interval. Screen readers
 * cannot read a canvas, so a table holds the same data.
 */
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
  /** The format of the axis's numbers. */
  format?: (value: number) => string;
}) {
  const [pointed, point] = useState<number | null>(null);
  const zone = useZone();
  const withDay = (times.at(-1) ?? 0) - (times[0] ?? 0) > DAY;
  const place = usePlot({ times, series, format, withDay, onPoint: point });
  const shown = pointed ?? Math.max(0, times.length - 1);
  const time = times[shown];
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        {time !== undefined && <span class="hint">{clock(time, zone, withDay)}</span>}
        {series.map(({ label, tone, values, format: own = format }) => (
          <span key={label} class={`key ${tone}`}>
            {label} <b>{written(values[shown], own)}</b>
          </span>
        ))}
      </figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}

function written(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}

// If there is no room for all points, only those that no line reaches are drawn.
const POINTS: uPlot.Series.Points = {
  size: 5,
  filter: ({ data }, series, isShown) => (isShown ? null : isolated(data[series] ?? [])),
};

/** Draws into the element of the returned ref, and again when the colours or the zone change. */
function usePlot({
  times,
  series,
  format,
  withDay,
  onPoint,
}: {
  times: number[];
  series: Series[];
  format: (value: number) => string;
  withDay: boolean;
  onPoint: (index: number | null) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const zone = useZone();
  const theme = useTheme();
  const labels = series.map(({ label }) => label).join();
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const color = (name: string) => resolved(element, name);
    const axis: uPlot.Axis = {
      stroke: color('--muted'),
      font: '11px system-ui, sans-serif',
      ticks: { show: false },
      grid: { stroke: color('--line'), width: 1 },
    };
    plot.current = new uPlot(
      {
        ...{ width: element.clientWidth, height: HEIGHT, padding: [8, 8, 0, 0] },
        cursor: { y: false, sync: { key: 'time' }, drag: { x: false, y: false } },
        legend: { show: false },
        ...(zone && { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), zone) }),
        axes: [
          {
            ...axis,
            ...{ size: 28, space: withDay ? 90 : 55, grid: { show: false } },
            values: (_, ticks) => ticks.map((tick) => clock(tick, zone, withDay)),
          },
          { ...axis, size: 58, space: 36, values: (_, ticks) => ticks.map(format) },
        ],
        scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
        series: [
          {},
          ...series.map(({ label, color: name, filled = false }) => ({
            ...{ label, stroke: color(name), width: 1.75, points: POINTS },
            fill: filled ? color(name).replace(/^rgb\((.*)\)$/, 'rgba($1, 0.13)') : undefined,
          })),
        ],
        hooks: { setCursor: [({ cursor: { idx } }) => onPoint(idx ?? null)] },
      },
      [times, ...series.map(({ values }) => values)],
      element,
    );
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [labels, format, theme, zone, withDay]);
  useEffect(() => {
    plot.current?.setData([times, ...series.map(({ values }) => values)]);
  }, [times, series, theme, zone]);
  return place;
}

/** Returns the current value of a colour, because a canvas cannot resolve CSS variables. */
function resolved(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}

/** Returns a key that changes with the theme. */
function useTheme(): string {
  const { theme } = usePreferences().preferences;
  const query = '(prefers-color-scheme: dark)';
  const [dark, setDark] = useState(matchMedia(query).matches);
  useEffect(() => {
    const system = matchMedia(query);
    const change = () => setDark(system.matches);
    system.addEventListener('change', change);
    return () => system.removeEventListener('change', change);
  }, []);
  return `${theme} ${dark}`;
}

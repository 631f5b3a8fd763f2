import { sparklineText } from '../words';

const [WIDTH, HEIGHT] = [90, 20];

/** A line without axes. */
export function Sparkline({
  values,
  what,
  tone = 'good',
}: {
  values: readonly number[];
  /** The description, such as `Done in each of the last 30 minutes`. */
  what: string;
  tone?: string;
}) {
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) =>
      `${(index * step).toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`,
  );
  return (
    <svg
      class={`spark ${tone}`}
      role="img"
      aria-label={sparklineText(what, values)}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline points={points.join(' ')} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

import { Drawing, LEFT, RIGHT, TOP, type Heading, type Kind } from './svg.js';

export interface BarGroup {
  /** Empty if there is only one group. */
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Written beside it. */
  readonly figure: string;
  readonly kind: Kind;
}

const [BAR, STEP, GAP] = [14, 20, 16];

/** Bars below each other, in groups with one scale. */
export function barChart(heading: Heading, groups: readonly BarGroup[]): string {
  const drawing = new Drawing();
  const max = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  let y = TOP;
  for (const { title, bars } of groups) {
    if (title !== '') {
      drawing.text(20, y + 12, title, 'ink strong');
      y += STEP + 2;
    }
    for (const { label, value, figure, kind } of bars) {
      const width = Math.max(1, ((RIGHT - LEFT) * value) / max);
      drawing.text(LEFT - 10, y + 12, label, kind === 'ours' ? 'ink strong' : 'ink', 'end');
      drawing.bar(LEFT, y, width, BAR, kind);
      drawing.text(LEFT + width + 8, y + 12, figure, kind === 'ours' ? 'ink strong' : 'faint');
      y += STEP;
    }
    y += GAP;
  }
  return drawing.svg(heading, y);
}

/** Width of every chart, in pixels; they are scaled to fit. */
export const WIDTH = 860;
export const FONT_SIZE = 13;

// Follows the reader's light or dark theme, in a browser as well as in an <img>.
const STYLE = `
  svg { color-scheme: light dark; font: ${FONT_SIZE}px system-ui, -apple-system, 'Segoe UI', sans-serif; }
  .paper { fill: #ffffff; } .ink { fill: #1f2328; } .faint { fill: #59636e; }
  .line { stroke: #d1d9e0; } .ours { fill: #c2185b; stroke: #c2185b; }
  .others { fill: #8aa0b8; stroke: #8aa0b8; } .bound { fill: #d5dce4; stroke: #d5dce4; }
  .title { font-size: 17px; font-weight: 600; } .strong { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; } .ink { fill: #f0f6fc; } .faint { fill: #9198a1; }
    .line { stroke: #3d444d; } .ours { fill: #ff6f9f; stroke: #ff6f9f; }
    .others { fill: #5f7791; stroke: #5f7791; } .bound { fill: #2b333d; stroke: #2b333d; }
  }`;

export interface Heading {
  readonly title: string;
  readonly subtitle: string;
}

/** What is drawn so far, from the top down. */
export class Drawing {
  readonly #parts: string[] = [];

  text(
    x: number,
    y: number,
    text: string,
    classes = 'ink',
    anchor: 'start' | 'end' | 'middle' = 'start',
  ) {
    const content = escape(text);
    this.#parts.push(
      `<text x="${x}" y="${y}" class="${classes}" text-anchor="${anchor}">${content}</text>`,
    );
  }

  bar(x: number, y: number, width: number, height: number, kind: Kind) {
    const size = `width="${round(width)}" height="${height}"`;
    this.#parts.push(`<rect x="${x}" y="${y}" ${size} rx="2" class="${kind}" stroke="none"/>`);
  }

  line(x1: number, y1: number, x2: number, y2: number, classes: string, width = 1) {
    const points = `x1="${round(x1)}" y1="${y1}" x2="${round(x2)}" y2="${y2}"`;
    this.#parts.push(`<line ${points} class="${classes}" stroke-width="${width}"/>`);
  }

  dot(x: number, y: number, radius: number, kind: Kind) {
    this.#parts.push(
      `<circle cx="${round(x)}" cy="${y}" r="${radius}" class="${kind}" stroke="none"/>`,
    );
  }

  /** The whole picture, with its heading above what was drawn. */
  svg({ title, subtitle }: Heading, height: number): string {
    const box = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${box} role="img" aria-label="${escape(title)}">
<style>${STYLE}
</style>
<rect width="${WIDTH}" height="${height}" rx="8" class="paper"/>
<text x="20" y="32" class="ink title">${escape(title)}</text>
<text x="20" y="52" class="faint">${escape(subtitle)}</text>
${this.#parts.join('\n')}
</svg>
`;
  }
}

/** How something is coloured: this project, its peers, or the bound. */
export type Kind = 'ours' | 'others' | 'bound';

/** Where the drawing begins, below the heading. */
export const TOP = 72;
/** Where bars and axes begin, right of their labels, and where they end, left of their figures. */
export const [LEFT, RIGHT] = [170, 730];

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

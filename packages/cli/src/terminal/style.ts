import type { Output, Terminal } from './terminal.js';

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const;

/** The name of a colour or a weight. */
export type Tone = keyof typeof CODES;

/** Colours text, where that is wanted. */
export type Style = (tone: Tone | undefined, text: string) => string;

/** Returns the style for a stream. NO_COLOR wins over FORCE_COLOR; without either, only terminals get colours. */
export function styleFor({ isTTY }: Output, env: Terminal['env']): Style {
  const isForced = (env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0';
  const isPlain = (env.NO_COLOR ?? '') !== '' || env.FORCE_COLOR === '0';
  const hasColours = !isPlain && (isForced || (isTTY && env.TERM !== 'dumb'));
  return (tone, text) => {
    if (!hasColours || tone === undefined || text === '') return text;
    const [on, off] = CODES[tone];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

import type { Bytes } from './bytes.js';

/**
 * Converts a pattern of KEYS and similar commands to a regular expression: `*`, `?`, `[a-z]`, `[^a]`, and `\` to
 * escape.
 */
export function globPattern(glob: Bytes): RegExp {
  const parts = glob.match(/\\[^]|\[\^?(?:\\[^]|[^\]\\])*(?:\]|$)|[^]/g) ?? [];
  return new RegExp(`^${parts.map(toPattern).join('')}$`, 's');
}

function toPattern(part: string): string {
  if (part === '*') return '.*';
  if (part === '?') return '.';
  if (part.startsWith('[')) return `[${part.slice(1).replace(/\]$/, '').replaceAll('[', '\\[')}]`;
  const meant = part.length > 1 ? part.slice(1) : part;
  return meant.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Returns a text in one line, without characters that control a terminal: whoever enqueues a job chooses its name, its
 * arguments and its error.
 */
export function clean(text: string): string {
  return text.replace(CONTROL, ' ').trim();
}

// Those of them that JSON does not escape.
const UNESCAPED = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Returns JSON in which the characters that control a terminal are escaped. */
export function escaped(json: string): string {
  return json.replace(
    UNESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Returns the number of characters of a text. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}

/** Returns the text, or its beginning and an ellipsis. */
export function cut(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  return `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Breaks a text into lines of at most `width` characters; a longer word gets a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text).split(/ +/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** `1,234 jobs`, `1 job`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${number(count)} ${count === 1 ? noun : plural}`;
}

/** `1,234`. */
export function number(count: number): string {
  return count.toLocaleString('en-US');
}

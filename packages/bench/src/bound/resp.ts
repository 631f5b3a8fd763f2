const CR = 13;
/** How many bytes end a line. */
export const LINE_END = 2;
const [ARRAY, BULK] = ['*'.charCodeAt(0), '$'.charCodeAt(0)];

/** A command as Redis reads it. */
export function command(...args: readonly (string | number)[]): Buffer {
  return Buffer.from(`*${args.length}\r\n${args.map(bulk).join('')}`);
}

/** One of its arguments. */
export function bulk(arg: string | number): string {
  const text = String(arg);
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** The position behind the reply that begins at `start`, or -1 if it has not arrived whole. */
export function endOfReply(data: Buffer, start: number): number {
  const line = data.indexOf(CR, start);
  if (line < 0) return -1;
  const next = line + LINE_END;
  if (data[start] === BULK) {
    const end = next + Math.max(0, lengthAt(data, start)) + LINE_END;
    return end <= data.length ? end : -1;
  }
  if (data[start] !== ARRAY) return next <= data.length ? next : -1;
  let position = next <= data.length ? next : -1;
  for (let left = lengthAt(data, start); left > 0; left--) {
    if (position < 0) return -1;
    position = endOfReply(data, position);
  }
  return position;
}

/** The number in the line that begins at `start` with a letter for its type. */
export function lengthAt(data: Buffer, start: number): number {
  let value = 0;
  for (let i = start + 1; data[i] !== CR; i++) value = value * 10 + ((data[i] ?? 0) - 48);
  return value;
}

/** Whether an array begins there. */
export function isArray(data: Buffer, start: number): boolean {
  return data[start] === ARRAY;
}

/** Behind the line that begins at `start`. */
export function nextLine(data: Buffer, start: number): number {
  return data.indexOf(CR, start) + LINE_END;
}

/**
 * The format of the data that this project keeps beside gocraft/work's. It grows when older versions would misread or damage
 * the data of newer ones.
 */
export const FORMAT = 1;

/** Returns the format that Redis has noted; `undefined` if there is none. @param text the value of the key */
export function formatIn(text: string | null): number | undefined {
  const format = Number(text ?? NaN);
  return Number.isInteger(format) && format > 0 ? format : undefined;
}

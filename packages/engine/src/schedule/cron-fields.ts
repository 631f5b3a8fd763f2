import { InvalidScheduleError } from '../errors/errors.js';

/** One field of a cron spec: its values, and whether it was written as "any". */
export interface CronField {
  readonly values: readonly number[];
  readonly isStar: boolean;
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const BOUNDS: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 6, names: DAYS },
];

/**
 * Parses the fields of a cron spec by the grammar of robfig/cron v3, which gocraft/work uses: second (0 if omitted),
 * minute, hour, day of the month, month, day of the week. The cron libraries for Node differ: they accept values that
 * it rejects, such as 7 for Sunday, and interpret `5/15` differently. The error reasons are robfig/cron's own.
 *
 * @throws InvalidScheduleError
 */
export function cronFields(spec: string, text: string): CronField[] {
  const texts = text.split(/\s+/).filter((field) => field !== '');
  if (texts.length < 5 || texts.length > 6) {
    throw new InvalidScheduleError(
      spec,
      `expected 5 to 6 fields, found ${texts.length}: [${texts.join(' ')}]`,
    );
  }
  if (texts.length === 5) texts.unshift('0');
  return BOUNDS.map((bounds, index) => new FieldReader(spec, bounds).read(texts[index] ?? ''));
}

class FieldReader {
  readonly #spec: string;
  readonly #bounds: Bounds;

  constructor(spec: string, bounds: Bounds) {
    this.#spec = spec;
    this.#bounds = bounds;
  }

  read(text: string): CronField {
    const parts = text.split(',').filter((part) => part !== '');
    const ranges = parts.map((part) => this.#range(part));
    const values = new Set(ranges.flatMap((range) => range.values));
    return {
      values: [...values].sort((a, b) => a - b),
      isStar: ranges.some((range) => range.isStar),
    };
  }

  /** Parses `*`, `?`, `a` or `a-b`, each with an optional `/step`; `a/step` extends to the maximum. */
  #range(text: string): CronField {
    const [range = '', stepText, ...moreSteps] = text.split('/');
    const [low = '', high, ...more] = range.split('-');
    const isStar = low === '*' || low === '?';
    if (!isStar && more.length > 0) throw this.#invalid(`too many hyphens: ${text}`);
    if (moreSteps.length > 0) throw this.#invalid(`too many slashes: ${text}`);
    const { least, most } = this.#bounds;
    const start = isStar ? least : this.#value(low);
    let end = isStar ? most : high === undefined ? start : this.#value(high);
    let step = 1;
    if (stepText !== undefined) {
      step = this.#number(stepText);
      if (high === undefined) end = most;
    }
    if (start < least) {
      throw this.#invalid(`beginning of range (${start}) below minimum (${least}): ${text}`);
    }
    if (end > most) throw this.#invalid(`end of range (${end}) above maximum (${most}): ${text}`);
    if (start > end) {
      throw this.#invalid(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
    }
    if (step === 0) throw this.#invalid(`step of range should be a positive number: ${text}`);
    const count = Math.floor((end - start) / step) + 1;
    const values = Array.from({ length: count }, (_, index) => start + index * step);
    return { values, isStar: isStar && step === 1 };
  }

  #value(text: string): number {
    const index = this.#bounds.names?.indexOf(text.toLowerCase()) ?? -1;
    return index === -1 ? this.#number(text) : index + this.#bounds.least;
  }

  #number(text: string): number {
    if (!/^[+-]?\d{1,15}$/.test(text)) {
      const reason = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
      throw this.#invalid(`failed to parse int from ${text}: ${reason}`);
    }
    const number = Number(text);
    if (number < 0) throw this.#invalid(`negative number (${number}) not allowed: ${text}`);
    return number;
  }

  #invalid(reason: string): InvalidScheduleError {
    return new InvalidScheduleError(this.#spec, reason);
  }
}

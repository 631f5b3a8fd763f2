const SECOND = 1_000;
const DAY = 24 * 3600 * SECOND;

/** A time zone's offsets from UTC. All times are in milliseconds. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat | undefined;

  /**
   * @param name a name of the time zone database, such as `Europe/Berlin`; `UTC`; or `Local` for the process's own zone
   * @throws RangeError if the name is unknown
   */
  constructor(readonly name: string) {
    if (name === 'UTC') return;
    this.#format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone: name === 'Local' ? undefined : name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Returns the zone's offset from UTC at `time`. */
  offsetAt(time: number): number {
    if (!this.#format) return 0;
    const field: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(time)) field[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    return wall - Math.floor(time / SECOND) * SECOND;
  }

  /** Returns the first change of the offset after `start` and until `end`; `undefined` if there is none. */
  changeBetween(start: number, end: number): number | undefined {
    if (!this.#format) return undefined;
    const offset = this.offsetAt(start);
    for (let from = start; from < end; from += DAY) {
      const to = Math.min(from + DAY, end);
      if (this.offsetAt(to) !== offset) return this.#changeWithin(from, to, offset);
    }
    return undefined;
  }

  /** Bisects: the offset at `from` is still `offset`, and the offset at `to` is a different one. */
  #changeWithin(from: number, to: number, offset: number): number {
    while (to - from > SECOND) {
      const middle = Math.floor((from + to) / 2 / SECOND) * SECOND;
      if (this.offsetAt(middle) === offset) from = middle;
      else to = middle;
    }
    return to;
  }
}

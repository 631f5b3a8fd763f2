import { closeSync, openSync, writeSync } from 'node:fs';

/**
 * Producers write `ok`, `duplicate`, `rejected` or `unknown` for each job, and `cancelled` when they have cancelled one.
 * Workers write `start`, and then `end`, `fail` or `snooze`; `lost` for a job that no longer belonged to them; `ready`,
 * `stopping` and `stop` for themselves; `log` for each line that their pool logs; `error` for what nobody has caught; and
 * `sample` for their memory. The harness writes `fault`, `healed`, and `died` for a process that it has killed.
 *
 * @typedef {'ok' | 'duplicate' | 'rejected' | 'unknown' | 'cancelled' | 'start' | 'end' | 'fail' | 'snooze' | 'lost'
 *   | 'ready' | 'stopping' | 'stop' | 'log' | 'error' | 'sample' | 'fault' | 'healed' | 'died'} EventKind
 */

/**
 * @typedef {object} EventFacts
 * @property {string} [ref] the job, as its producer calls it: its argument `ref`, or its id if it has none
 * @property {string} [id] the job's id
 * @property {string} [name] the job's name
 * @property {string} [key] what makes a unique job equal to another
 * @property {number} [attempt] the number of its failures so far
 * @property {string} [digest] of its arguments
 * @property {string} [pool] the id of the pool that runs it
 * @property {string} [fault] the name of a fault
 * @property {number} [victim] the process that has died
 * @property {string} [text] a line of the pool's log, or an error
 * @property {number} [rss] the bytes that the process occupies
 */

/** @typedef {EventFacts & { t: number, pid: number, ev: EventKind }} LoggedEvent times are milliseconds since the epoch */

/** Appends events to a log that several processes share. Each event is one write, so that no two of them mix. */
export class EventWriter {
  /** @type {number} */
  #file;

  /** @param {string} path */
  constructor(path) {
    this.#file = openSync(path, 'a');
  }

  /**
   * @param {EventKind} ev
   * @param {EventFacts} [facts]
   */
  write(ev, facts = {}) {
    const event = { t: now(), pid: process.pid, ev, ...facts };
    writeSync(this.#file, `${JSON.stringify(event)}\n`);
  }

  close() {
    closeSync(this.#file);
  }
}

/** The true time, in milliseconds since the epoch, also in a process whose clock is skewed. */
function now() {
  return Math.round(performance.timeOrigin + performance.now());
}

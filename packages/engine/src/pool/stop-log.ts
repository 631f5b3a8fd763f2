import { counted } from '../base/counted.js';
import type { PoolLog } from './pool-log.js';
import { performance } from '../base/timers.js';

const MAX_NAMES = 5;

export interface StopLogOptions {
  readonly log: PoolLog;
  /** How long running jobs may take to finish, in milliseconds. */
  readonly timeout: number;
  /** The name of each running job. */
  readonly running: () => readonly string[];
}

/** Logs the progress of a pool's stop. Otherwise the pool would seem to hang while jobs run. */
export class StopLog {
  readonly #options: StopLogOptions;
  readonly #began = performance.now();
  readonly #putBack: string[] = [];
  #atFirst = 0;
  #hasEnded = false;

  constructor(options: StopLogOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#atFirst = this.#options.running().length;
    if (this.#atFirst > 0) this.#log('The worker pool is stopping.');
  }

  /** Logs the progress because the stop was requested again. */
  again(): void {
    if (this.#atFirst > 0 && !this.#hasEnded) this.#log('The worker pool is already stopping.');
  }

  /** Notes that a running job was put back for the next pool that fetches it. */
  putBack(jobName: string): void {
    this.#putBack.push(jobName);
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#atFirst === 0) return;
    const back = this.#putBack.length;
    const ended = `${counted(Math.max(0, this.#atFirst - back), 'job')} finished`;
    const others =
      back === 0
        ? ''
        : `, ${counted(back, 'job')} (${namesText(this.#putBack)}) put back to run next`;
    this.#options.log.info(`The worker pool has stopped: ${ended}${others}`);
  }

  #log(what: string): void {
    const { log, timeout, running } = this.#options;
    const names = running();
    const left = Math.max(0, timeout - (performance.now() - this.#began));
    log.info(
      names.length === 0
        ? `${what} No job is running. The last fates are being written to Redis`
        : `${what} ${counted(names.length, 'job is', 'jobs are')} running (${namesText(names)}) and may take ${secondsText(left)} to finish`,
    );
  }
}

function namesText(jobNames: readonly string[]): string {
  const names = [...new Set(jobNames)];
  const shown = names.slice(0, MAX_NAMES).map((name) => `"${name}"`);
  return [...shown, ...(names.length > MAX_NAMES ? ['…'] : [])].join(', ');
}

function secondsText(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`;
}

import type { Run } from './protocol.js';

/** What a stretch of time cost this process. */
export class Stopwatch {
  readonly #cpu = process.cpuUsage();
  #start = performance.now();

  /** The time counts from now on, the processor time from the beginning all the same. */
  restart(): void {
    this.#start = performance.now();
  }

  read(): Pick<Run, 'seconds' | 'cpuSeconds' | 'peakBytes'> {
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      seconds: (performance.now() - this.#start) / 1000,
      cpuSeconds: (user + system) / 1e6,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  }
}

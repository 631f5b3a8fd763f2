import type { Run } from './protocol.js';

/** Measures the time and the CPU time of this process. */
export class Stopwatch {
  readonly #cpu = process.cpuUsage();
  #start = performance.now();

  /** Restarts the time; the CPU time still counts from the beginning. */
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

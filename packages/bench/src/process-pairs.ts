import type { Competitor } from './competitors.js';
import type { ProcessPair } from './trial.js';
import { CompetitorProcess } from './host/competitor-process.js';

/**
 * The competitors' processes for one workload. They live through all its rounds, as workers do in production. The next
 * workload gets new ones, so that no workload affects another.
 */
export class ProcessPairs {
  readonly #goBinary: string | undefined;
  readonly #pairs = new Map<Competitor, ProcessPair>();

  /** @param goBinary the program of the competitors in Go */
  constructor(goBinary: string | undefined) {
    this.#goBinary = goBinary;
  }

  of(competitor: Competitor): ProcessPair {
    const pair = this.#pairs.get(competitor) ?? {
      competitor,
      producer: new CompetitorProcess(competitor, this.#goBinary),
      workers: new CompetitorProcess(competitor, this.#goBinary),
    };
    this.#pairs.set(competitor, pair);
    return pair;
  }

  end(): void {
    for (const { producer, workers } of this.#pairs.values()) {
      producer.end();
      workers.end();
    }
    this.#pairs.clear();
  }
}

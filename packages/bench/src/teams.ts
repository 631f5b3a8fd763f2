import type { Competitor } from './competitors.js';
import type { Team } from './contest.js';
import { CompetitorProcess } from './host/competitor-process.js';

/**
 * The competitors' processes for one workload. They live through all its rounds, as workers do in real life, and are new
 * for the next workload, so that none pays for what it did before.
 */
export class Teams {
  readonly #goBinary: string | undefined;
  readonly #teams = new Map<Competitor, Team>();

  /** @param goBinary the program of the competitors in Go */
  constructor(goBinary: string | undefined) {
    this.#goBinary = goBinary;
  }

  of(competitor: Competitor): Team {
    const team = this.#teams.get(competitor) ?? {
      competitor,
      producer: new CompetitorProcess(competitor, this.#goBinary),
      workers: new CompetitorProcess(competitor, this.#goBinary),
    };
    this.#teams.set(competitor, team);
    return team;
  }

  end(): void {
    for (const { producer, workers } of this.#teams.values()) {
      producer.end();
      workers.end();
    }
    this.#teams.clear();
  }
}

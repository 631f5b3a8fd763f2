import { parseScheduleResult, type ScheduleResult } from '../run/schedule-result.js';
import type { StoreContext } from '../stores/store-context.js';

/** The schedules of periodic jobs. */
export class Schedules {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /**
   * Returns the result of each schedule's last job, by the schedule's id. Only workers of this project record results. A
   * result is deleted with its schedule, once no pool registers the schedule any more.
   *
   * @throws NotConnectedError
   */
  async results(): Promise<ReadonlyMap<string, ScheduleResult>> {
    const { connection, keys } = this.#context;
    await connection.ready();
    const texts = await connection.redis.hgetall(keys.lastResults);
    return new Map(
      Object.entries(texts).flatMap(([schedule, text]) => {
        const result = parseScheduleResult(text);
        return result ? [[schedule, result] as const] : [];
      }),
    );
  }
}

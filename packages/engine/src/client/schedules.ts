import { parseScheduleResult, type ScheduleResult } from '../run/schedule-result.js';
import type { StoreContext } from '../stores/store-context.js';

/** The schedules of periodic jobs. */
export class Schedules {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /**
   * How the last job of each schedule ended, by the schedule's id. Only workers of this project note results. A result is
   * forgotten with its schedule, once no pool registers it any more.
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

import type { Courier } from './courier.js';
import { Load, type LoadOptions, type Measure } from './load.js';

/** Where what is sent with one kind of command is put together, until the courier takes it. */
export class Tray<Item, Result> {
  readonly #courier: Courier;
  readonly #options: LoadOptions<Item, Result>;
  #last: Load<Item, Result> | undefined;

  constructor(courier: Courier, options: LoadOptions<Item, Result>) {
    this.#courier = courier;
    this.#options = options;
  }

  /** Resolves to the item's part of the command's result. @throws EnqueueRejectedError, EnqueueOutcomeUnknownError */
  add(item: Item, measure: Measure): Promise<Result> {
    const load = this.#last?.hasRoomFor(measure) ? this.#last : this.#begin();
    return load.add(item, measure);
  }

  #begin(): Load<Item, Result> {
    const load = new Load(this.#options);
    this.#last = load;
    this.#courier.add(load);
    return load;
  }
}

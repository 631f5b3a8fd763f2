import type { BatchSender } from './batch-sender.js';
import { Batch, type BatchOptions, type BatchSize } from './batch.js';

/** Fills batches for one kind of command. A batch is open until the sender takes it. */
export class Batcher<Item, Result> {
  readonly #sender: BatchSender;
  readonly #options: BatchOptions<Item, Result>;
  #last: Batch<Item, Result> | undefined;

  constructor(sender: BatchSender, options: BatchOptions<Item, Result>) {
    this.#sender = sender;
    this.#options = options;
  }

  /** Adds an item. Resolves to its part of the command's result. @throws EnqueueRejectedError, EnqueueOutcomeUnknownError */
  add(item: Item, size: BatchSize): Promise<Result> {
    const batch = this.#last?.hasRoomFor(size) ? this.#last : this.#begin();
    return batch.add(item, size);
  }

  #begin(): Batch<Item, Result> {
    const batch = new Batch(this.#options);
    this.#last = batch;
    this.#sender.add(batch);
    return batch;
  }
}

import type { StoreContext } from '../stores/store-context.js';
import { explain } from './explain.js';
import type { ExplainQuestion, Explanation } from './explanation.js';
import { lookFor } from './question.js';

/** Answers why a job does not start, from one script that reads Redis at one moment. */
export class Explainer {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** @throws InvalidOptionError, UnknownOptionError, InvalidJobNameError, InvalidJobArgsError, NotConnectedError */
  async explain(question: ExplainQuestion): Promise<Explanation> {
    const { connection, keys, scripts } = this.#context;
    const asked = lookFor(keys, question);
    await connection.ready();
    return explain(asked, await connection.call(scripts.explaining.explain(asked)));
  }
}

import type { Propagator } from '@nestcraft/engine';
import { optionRules, type OptionTable } from '@nestcraft/engine/internal';
import { CLS_ID, ClsServiceManager, type ClsService } from 'nestjs-cls';

/** Options of `ClsPropagator`. */
export interface ClsPropagatorOptions {
  /**
   * The keys whose values follow jobs, such as `userId` or `user.id`: all that JSON can hold. What is not there is not
   * carried.
   */
  readonly keys: readonly string[];
  /** Whether the request's id follows, too, as `cls.getId()` tells it; default true. */
  readonly id?: boolean | undefined;
}

const CLS_OPTIONS: OptionTable<ClsPropagatorOptions> = {
  keys: optionRules.required(
    optionRules.rule('a list of keys, as texts', (value) => {
      return Array.isArray(value) && value.every((key) => typeof key === 'string');
    }),
  ),
  id: optionRules.FLAG,
};

interface Carried {
  readonly id?: string | undefined;
  /** By key. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Has values of nestjs-cls follow jobs: what was in the store when a job was enqueued is there again when it runs, for
 * guards and all else. Every job gets a store of its own, with or without values.
 *
 * @example
 * ```ts
 * WorkModule.forRoot({ redis, propagators: [new ClsPropagator({ keys: ['userId', 'tenant'] })] })
 * ```
 */
export class ClsPropagator implements Propagator {
  readonly name = 'cls';
  readonly #options: ClsPropagatorOptions;
  readonly #cls: ClsService<Record<string, unknown>> = ClsServiceManager.getClsService();

  /** @throws InvalidOptionError */
  constructor(options: ClsPropagatorOptions) {
    optionRules.assertOptions('ClsPropagator', options, CLS_OPTIONS);
    this.#options = options;
  }

  capture(): string | undefined {
    const cls = this.#cls;
    if (!cls.isActive()) return undefined;
    const { keys, id = true } = this.#options;
    const carried: Carried = {
      // Not every store has one, whatever the type says.
      id: id ? cls.get<string | undefined>(CLS_ID) : undefined,
      values: Object.fromEntries(
        keys.filter((key) => cls.has(key)).map((key) => [key, cls.get<unknown>(key)]),
      ),
    };
    const isEmpty = carried.id === undefined && Object.keys(carried.values).length === 0;
    return isEmpty ? undefined : JSON.stringify(carried);
  }

  restore(carrier: string | undefined, run: () => Promise<void>): Promise<void> {
    const { id, values } =
      carrier === undefined ? { values: {} } : (JSON.parse(carrier) as Carried);
    return this.#cls.run({ ifNested: 'override' }, () => {
      if (id !== undefined) this.#cls.set(CLS_ID, id);
      for (const [key, value] of Object.entries(values)) this.#cls.set(key, value);
      return run();
    });
  }
}

import type { Propagator } from '@nestcraft/engine';
import { optionRules } from '@nestcraft/engine/internal';
import { CLS_ID, ClsServiceManager, type ClsService } from 'nestjs-cls';
import { CLS_OPTIONS, type ClsPropagatorOptions } from './cls-options.js';

interface Carried {
  readonly id?: string | undefined;
  /** The carried values, by key. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Carries values of nestjs-cls with jobs: values that were in the store when a job was enqueued are in the store again
 * when it runs, including for guards. Every job gets a store of its own, with or without values.
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
      // Despite its type, a store may have no id.
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

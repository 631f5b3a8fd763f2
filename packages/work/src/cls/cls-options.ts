import { optionRules, type OptionTable } from '@nestcraft/engine/internal';

/** Options of `ClsPropagator`. */
export interface ClsPropagatorOptions {
  /**
   * The keys whose values follow jobs, such as `userId` or `user.id`. Values must be representable in JSON. Missing
   * values are not carried.
   */
  readonly keys: readonly string[];
  /** Whether the request's id, as returned by `cls.getId()`, follows jobs as well; default true. */
  readonly id?: boolean | undefined;
}

/** The rules for the options of `ClsPropagator`. */
export const CLS_OPTIONS: OptionTable<ClsPropagatorOptions> = {
  keys: optionRules.required(
    optionRules.rule('a list of keys, as texts', (value) => {
      return Array.isArray(value) && value.every((key) => typeof key === 'string');
    }),
  ),
  id: optionRules.FLAG,
};

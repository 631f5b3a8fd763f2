import { InvalidOptionError } from '@nestcraft/engine';
import { optionRules, type OptionTable } from '@nestcraft/engine/internal';

const { functionOf, rule } = optionRules;

const ASYNC_OPTIONS = {
  imports: rule('a list of modules', Array.isArray),
  inject: rule('a list of tokens', Array.isArray),
  provideInjectionTokensFrom: rule('a list of providers', Array.isArray),
  useFactory: functionOf('a function that returns the options'),
  useClass: functionOf('a class'),
  useExisting: rule('the token of a provider', Boolean),
} as const;
const MAKERS = ['useFactory', 'useClass', 'useExisting'] as const;

/**
 * Checks the argument of a module's `forRootAsync`. Nest itself ignores unknown options, such as an option that belongs
 * in the factory's result.
 *
 * @param place the owner of the options, for messages: `WorkModule.forRootAsync`
 * @param extras the options that are allowed beside the factory
 * @throws InvalidOptionError
 */
export function assertAsyncOptions<Extras>(
  place: string,
  options: unknown,
  extras: OptionTable<Extras>,
): void {
  optionRules.assertOptions<object>(place, options, { ...ASYNC_OPTIONS, ...extras });
  if (MAKERS.some((name) => Reflect.get(options, name) !== undefined)) return;
  const expected = 'a function that returns the options; or give useClass or useExisting';
  throw new InvalidOptionError('useFactory', undefined, expected);
}

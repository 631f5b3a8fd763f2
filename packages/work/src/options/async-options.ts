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
 * What a module's `forRootAsync` is given. Nest itself passes over what it does not know, such as an option that belongs
 * to those that the factory makes.
 *
 * @param place whose options they are, for messages: `WorkModule.forRootAsync`
 * @param extras what may stand beside the factory
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

import { InvalidOptionError, optionRules } from '@nestcraft/engine';
import { WORK_OPTIONS, type WorkModuleOptions } from './work-module-options.js';

const ASYNC_OPTIONS = [
  ...['imports', 'inject', 'useFactory', 'useClass', 'useExisting'],
  ...['provideInjectionTokensFrom', 'name'],
];
const MAKERS = ['useFactory', 'useClass', 'useExisting'] as const;

/** The options of `forRoot`. @throws InvalidOptionError */
export function givenOptions(options: unknown): WorkModuleOptions {
  optionRules.assertOptions('WorkModule.forRoot', options, WORK_OPTIONS);
  return options;
}

/** The options that the factory of `forRootAsync` has made. @throws InvalidOptionError */
export function madeOptions(options: unknown): WorkModuleOptions {
  if (typeof options !== 'object' || options === null) {
    const given = withoutSecrets(options);
    const message = `The factory of WorkModule.forRootAsync has returned ${String(given)}; it must return the options, such as { redis, namespace }.`;
    throw new InvalidOptionError('options', given, 'what the factory returns', { message });
  }
  optionRules.assertOptions('WorkModule.forRootAsync', options, WORK_OPTIONS);
  return options;
}

/** @throws InvalidOptionError for what has no options in it */
export function assertObject(place: string, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  const expected = 'an object, such as { redis: "redis://127.0.0.1:6379" }';
  throw new InvalidOptionError(`options of ${place}`, withoutSecrets(options), expected);
}

/** What is given in place of options may be a URL, with a password. */
function withoutSecrets(given: unknown): unknown {
  return typeof given === 'string' ? '(a text)' : given;
}

/** What `forRootAsync` is given. @throws InvalidOptionError */
export function assertAsyncOptions(options: object): void {
  assertObject('WorkModule.forRootAsync', options);
  optionRules.assertKnown('WorkModule.forRootAsync', options, ASYNC_OPTIONS);
  const makers = MAKERS.filter((name) => Reflect.get(options, name) !== undefined);
  if (makers.length === 0) {
    const expected = 'a function that returns the options; or give useClass or useExisting';
    throw new InvalidOptionError('useFactory', undefined, expected);
  }
  const makesNothing = makers.includes('useFactory') && !isFunction(options, 'useFactory');
  if (makesNothing) {
    const given: unknown = Reflect.get(options, 'useFactory');
    throw new InvalidOptionError('useFactory', given, 'a function that returns the options');
  }
}

function isFunction(options: object, name: string): boolean {
  return typeof Reflect.get(options, name) === 'function';
}

import { InvalidOptionError } from '@nestcraft/engine';
import { optionRules } from '@nestcraft/engine/internal';
import { WORK_OPTIONS, type WorkModuleOptions } from './work-module-options.js';

/** Returns the options of `forRoot`, checked. @throws InvalidOptionError */
export function givenOptions(options: unknown): WorkModuleOptions {
  optionRules.assertOptions('WorkModule.forRoot', options, WORK_OPTIONS);
  return options;
}

/** Returns the options from the factory of `forRootAsync`, checked. @throws InvalidOptionError */
export function madeOptions(options: unknown): WorkModuleOptions {
  if (typeof options !== 'object' || options === null) {
    const given = withoutSecrets(options);
    const message = `The factory of WorkModule.forRootAsync returned ${String(given)}; it must return the options, such as { redis, namespace }.`;
    throw new InvalidOptionError('options', given, 'the options that the factory returns', {
      message,
    });
  }
  optionRules.assertOptions('WorkModule.forRootAsync', options, WORK_OPTIONS);
  return options;
}

/** @throws InvalidOptionError for anything but an object */
export function assertObject(place: string, options: unknown): void {
  if (optionRules.isRecord(options)) return;
  const expected = 'an object, such as { redis: "redis://127.0.0.1:6379" }';
  throw new InvalidOptionError(`options of ${place}`, withoutSecrets(options), expected);
}

/** Hides a string: a URL passed by mistake may contain a password. */
function withoutSecrets(given: unknown): unknown {
  return typeof given === 'string' ? '(a text)' : given;
}

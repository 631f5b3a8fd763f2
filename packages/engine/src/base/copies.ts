/** A copy of a Nestcraft Work package that this process has loaded. */
export interface PackageCopy {
  readonly name: string;
  readonly version: string;
  /** The loaded file. */
  readonly place: string;
}

const VERSION = '0.1.0';

/** This copy of the engine. */
const engine: PackageCopy = { name: '@nestcraft/engine', version: VERSION, place: callerPlace() };

/** Keyed by name and place, so that a module that a test runner reloads replaces its previous copy. */
const copies = sharedByCopies('copies', () => new Map<string, PackageCopy>());
/** Classes by name, then by the place of the copy that defines them. */
const classes = sharedByCopies('classes', () => new Map<string, Map<string, object>>());

/**
 * Returns state that all copies in this process share. A package manager installs several copies when it resolves a
 * peer dependency in several ways.
 */
export function sharedByCopies<Value>(key: string, make: () => Value): Value {
  const all = globalThis as unknown as Record<symbol, Value | undefined>;
  return (all[Symbol.for(`nestcraft:${key}`)] ??= make());
}

/** Publishes a class to other copies, under a name that is the same in each. */
export function noteClass(name: string, type: object, copy = engine): void {
  copies.set(`${copy.name} at ${copy.place}`, copy);
  const places = classes.get(name) ?? new Map<string, object>();
  classes.set(name, places.set(copy.place, type));
}

/** Returns the class of that name from every copy loaded so far. */
export function classesOfCopies(name: string): readonly object[] {
  return [...(classes.get(name)?.values() ?? [])];
}

/** Returns all copies loaded so far, of every package. */
export function loadedCopies(): readonly PackageCopy[] {
  return [...copies.values()];
}

/** Returns the caller's file. Reads it from the stack, which works the same in every module format. */
export function callerPlace(): string {
  const [, , line = ''] = (new Error().stack ?? '').split('\n');
  return (
    line.replace(/^\s*at (?:.* )?\(?|:\d+:\d+\)?$/g, '').replace(/^file:\/\//, '') ||
    'an unknown place'
  );
}

/** A copy of a package of Nestcraft Work that this process has loaded. */
export interface PackageCopy {
  readonly name: string;
  readonly version: string;
  /** The file that was loaded. */
  readonly place: string;
}

const VERSION = '0.1.0';

/** This copy of the engine. */
const engine: PackageCopy = { name: '@nestcraft/engine', version: VERSION, place: callerPlace() };

/** By name and place: a module that a test runner loads again takes the place of what it was. */
const copies = sharedByCopies('copies', () => new Map<string, PackageCopy>());
/** By the name of a class, and by where it is: the class of each copy. */
const classes = sharedByCopies('classes', () => new Map<string, Map<string, object>>());

/**
 * What all copies in this process have in common. A package manager installs several where a peer dependency is resolved in
 * several ways.
 */
export function sharedByCopies<Value>(key: string, make: () => Value): Value {
  const all = globalThis as unknown as Record<symbol, Value | undefined>;
  return (all[Symbol.for(`nestcraft:${key}`)] ??= make());
}

/** Has other copies find a class of this one, under a name that is the same in each. */
export function noteClass(name: string, type: object, copy = engine): void {
  copies.set(`${copy.name} at ${copy.place}`, copy);
  const places = classes.get(name) ?? new Map<string, object>();
  classes.set(name, places.set(copy.place, type));
}

/** The class of that name in every copy that is loaded by now. */
export function classesOfCopies(name: string): readonly object[] {
  return [...(classes.get(name)?.values() ?? [])];
}

/** All copies that are loaded by now, of whatever package. */
export function loadedCopies(): readonly PackageCopy[] {
  return [...copies.values()];
}

/** The file that calls this, as its stack says: that is the same in every kind of module. */
export function callerPlace(): string {
  const [, , line = ''] = (new Error().stack ?? '').split('\n');
  return (
    line.replace(/^\s*at (?:.* )?\(?|:\d+:\d+\)?$/g, '').replace(/^file:\/\//, '') ||
    'an unknown place'
  );
}

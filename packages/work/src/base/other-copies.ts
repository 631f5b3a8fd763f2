import type { ExistingProvider, Type } from '@nestjs/common';
import type { Logger } from '@nestcraft/engine';
import {
  callerPlace,
  classesOfCopies,
  loadedCopies,
  type PackageCopy,
} from '@nestcraft/engine/internal';

/** This copy of the package. */
export const OWN_COPY: PackageCopy = {
  name: '@nestcraft/work',
  version: '0.1.0',
  place: callerPlace(),
};

/** The names under which copies of the package find each other's classes. */
export type SharedClass = 'Enqueuer' | 'Client' | 'WorkerPool' | 'WorkEvents';

/** Returns providers that let code from other copies inject this copy's parts by their own classes. */
export function aliasesForCopies(parts: Readonly<Record<SharedClass, Type>>): ExistingProvider[] {
  return Object.entries(parts).flatMap(([name, own]) =>
    classesOfCopies(name)
      .filter((type) => type !== own)
      .map((type) => ({ provide: type as Type, useExisting: own })),
  );
}

/** Warns once, with a list of the copies, if a package is loaded more than once. */
export function warnOfCopies(logger: Logger, copies = loadedCopies()): void {
  const doubled = copies.filter((copy) => copies.some((other) => isOther(copy, other)));
  if (doubled.length === 0) return;
  const list = doubled
    .map(({ name, version, place }) => `${name} ${version} at ${place}`)
    .join('; ');
  logger.warn(
    `Nestcraft Work is loaded more than once: ${list}. Decorators, contracts and injected classes work across copies, but \`instanceof\` is false for classes of another copy, except for the engine's errors. The usual cause is a peer dependency that is installed in several versions: run \`npm ls @nestcraft/engine\`.`,
  );
}

function isOther(copy: PackageCopy, other: PackageCopy): boolean {
  return other.name === copy.name && other.place !== copy.place;
}

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

/** By which names the copies find each other's classes. */
export type SharedClass = 'Enqueuer' | 'Client' | 'WorkerPool' | 'WorkEvents';

/** What others inject by the classes of their own copies: the parts of this one. */
export function aliasesForCopies(parts: Readonly<Record<SharedClass, Type>>): ExistingProvider[] {
  return Object.entries(parts).flatMap(([name, own]) =>
    classesOfCopies(name)
      .filter((type) => type !== own)
      .map((type) => ({ provide: type as Type, useExisting: own })),
  );
}

/** Says once which copies there are, where a package is there more than once. */
export function warnOfCopies(logger: Logger, copies = loadedCopies()): void {
  const doubled = copies.filter((copy) => copies.some((other) => isOther(copy, other)));
  if (doubled.length === 0) return;
  const list = doubled
    .map(({ name, version, place }) => `${name} ${version} at ${place}`)
    .join('; ');
  logger.warn(
    `Nestcraft Work is loaded more than once: ${list}. Decorators, contracts and injected classes of all copies are found; \`instanceof\` of a class of another copy is false, but for errors of the engine. A peer dependency that is installed in several versions is the usual cause: see \`npm ls @nestcraft/engine\`.`,
  );
}

function isOther(copy: PackageCopy, other: PackageCopy): boolean {
  return other.name === copy.name && other.place !== copy.place;
}

/**
 * Relies on `packages/common/constants.ts`, which Nest's own decorators use and which is not part of its public API.
 */
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';

/** The key of the filters of a class or a method. */
export const FILTERS_KEY = EXCEPTION_FILTERS_METADATA;

/** The keys of everything that Nest puts around a method. */
export const ENHANCER_KEYS: readonly string[] = [
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  FILTERS_KEY,
];

/** The key of a method's decorated parameters. */
export const PARAMS_KEY = ROUTE_ARGS_METADATA;
